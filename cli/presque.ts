#!/usr/bin/env node
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { tooFewFiles } from './open-files.ts'

const [, started] = process.argv

if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) {
  // Without a listener an error of these streams would end the process. cli/io/surroundings.ts sees
  // each write that fails; a sentence that cannot be written to standard error has no other place.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  process.exitCode = await run(process.argv.slice(2))
}

// The rest is loaded once it is known that this process may open enough files.
async function run (args: string[]): Promise<number> {
  const few = args[0] === 'serve' ? tooFewFiles() : null
  if (few !== null) {
    process.stderr.write(`presque: ${few}\n`)
    return 1
  }
  const { main } = await import('./main.ts')
  const { here } = await import('./io/surroundings.ts')
  return await main(args, here)
}
