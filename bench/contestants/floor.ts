// The least a queue can do: one Redis command a request, those of one turn of the event loop
// together.
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { serve } from './server.ts'

const app = Fastify()
const redis = new Redis(process.env['REDIS_URL']!, { enableAutoPipelining: true })
app.post('/q/mail', async (request, reply) => {
  await redis.rpush('presque:mail', JSON.stringify(request.body))
  return reply.code(201).send()
})
app.get('/q/mail', async (_request, reply) => {
  const job = await redis.lpop('presque:mail')
  return job === null ? reply.code(404).send() : reply.type('application/json').send(job)
})
await serve(app)
