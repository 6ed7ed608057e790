#!/usr/bin/env node
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { main } from './main.ts'
import { here } from './surroundings.ts'

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  // Whoever reads has had enough (`| head`): nobody is left to tell.
  process.stdout.on('error', () => process.exit())
  process.exitCode = await main(process.argv.slice(2), here)
}
