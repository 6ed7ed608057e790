// BullMQ behind the same two routes.
import { Queue, Worker } from 'bullmq'
import Fastify from 'fastify'
import { serve } from './server.ts'

const { hostname: host, port } = new URL(process.env['REDIS_URL']!)
const connection = {
  host,
  port: Number(port),
  maxRetriesPerRequest: null,
  enableAutoPipelining: true
}
// As presque does by default, it keeps nothing of a finished job.
const queue = new Queue('mail', { connection, defaultJobOptions: { removeOnComplete: true } })
const worker = new Worker('mail', null, { connection, autorun: false })
const token = 'bench'
const app = Fastify()

app.post('/q/mail', async (request, reply) => {
  await queue.add('mail', request.body)
  return reply.code(201).send()
})

app.get('/q/mail', async (_request, reply) => {
  const job = await worker.getNextJob(token, { block: false })
  if (!job) return reply.code(404).send()
  await job.moveToCompleted('done', token, false)
  return reply.send(job.data)
})

// Stock for those who take.
app.post<{ Body: { count: number, payload: object } }>('/stock', async (request, reply) => {
  const { count, payload } = request.body
  for (let i = 0; i < count; i += 1000) {
    const length = Math.min(1000, count - i)
    await queue.addBulk(Array.from({ length }, () => ({ name: 'mail', data: payload })))
  }
  return reply.code(201).send()
})

await queue.waitUntilReady()
await worker.waitUntilReady()
await serve(app)
