// `npm start`: installs missing packages and programs, then serves in this same process, so that
// signals reach the server.
import { existsSync } from 'node:fs'
import { setup } from './setup.mjs'

try {
  if (existsSync('.env')) process.loadEnvFile('.env')
  await setup({ build: true })
} catch ({ message }) {
  console.error(`presque: ${message}`)
  process.exit(1)
}
await import('../dist/cli/serve.js')
