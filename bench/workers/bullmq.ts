// BullMQ's own Worker, which speaks to Redis.
import { Queue, Worker } from 'bullmq'
import { serveRounds } from './rounds.ts'

const { hostname: host, port } = new URL(process.argv[2]!)
const connection = { host, port: Number(port), maxRetriesPerRequest: null }
// As presque does by default, it keeps nothing of a finished job.
const queue = new Queue('mail', { connection, defaultJobOptions: { removeOnComplete: true } })

await serveRounds(async (jobs, concurrency) => {
  for (let i = 0; i < jobs; i += 1000) {
    const length = Math.min(1000, jobs - i)
    await queue.addBulk(Array.from({ length }, (_, n) => ({ name: 'mail', data: { n: i + n } })))
  }
  let left = jobs
  const since = performance.now()
  const worker = new Worker('mail', async () => {}, { connection, concurrency })
  await new Promise<void>(resolve => {
    worker.on('completed', () => {
      if (--left === 0) resolve()
    })
  })
  const seconds = (performance.now() - since) / 1000
  await worker.close()
  return seconds
})
