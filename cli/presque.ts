#!/usr/bin/env node
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { tooFewFiles } from './open-files.ts'

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  // An event that nothing hears ends the process. What cannot be written is seen where it is written (cli/io/surroundings.ts);
  // for what cannot be written on standard error there is no other place.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  process.exitCode = await run(process.argv.slice(2))
}

// The rest is loaded once it is known that there are files enough to load it from.
async function run (args: string[]): Promise<number> {
  const few = args[0] === 'serve' ? tooFewFiles() : null
  if (few !== null) {
    process.stderr.write(`presque: ${few}\n`)
    return 1
  }
  const [{ main }, { here }] = [await import('./main.ts'), await import('./io/surroundings.ts')]
  return await main(args, here)
}
