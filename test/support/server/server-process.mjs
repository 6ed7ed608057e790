import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import Fastify from 'fastify'
import presque, { options } from '../../../dist/app.js'

// Loads what presque is made of, and at a first line of input becomes a presque as the environment says.
// Its URL is the first line that it prints, and the only one unless LOG_LEVEL is set.
const routes = new URL('../../../dist/routes/', import.meta.url)
for (const file of readdirSync(routes)) if (file.endsWith('.js')) await import(new URL(file, routes).href)
await once(process.stdin, 'data')
const app = Fastify({ ...options, logger: { level: process.env.LOG_LEVEL ?? 'silent' } })
await app.register(presque)
console.log(await app.listen({ host: '127.0.0.1', port: 0 }))
process.once('SIGTERM', async () => {
  process.stdin.destroy()
  await app.close()
})
