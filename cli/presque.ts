#!/usr/bin/env node
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { main } from './main.ts'
import { here } from './surroundings.ts'

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  // An event that nothing hears ends the process. What cannot be written is seen where it is written (cli/surroundings.ts);
  // for what cannot be written on standard error there is no other place.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  process.exitCode = await main(process.argv.slice(2), here)
}
