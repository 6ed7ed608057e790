// The Worker of presque's TypeScript client.
import { Presque, Worker } from '../../client/client.ts'
import { serveRounds } from './rounds.ts'

const presque = new Presque({ url: process.argv[2]! })

await serveRounds(async (jobs, concurrency) => {
  for (let i = 0; i < jobs; i += 1000) {
    const length = Math.min(1000, jobs - i)
    await presque.pushMany('mail', Array.from({ length }, (_, n) => ({ n: i + n })))
  }
  let left = jobs
  const handle = () => {
    if (--left === 0) worker.close().catch(() => {})
  }
  const since = performance.now()
  const worker = new Worker(presque, 'mail', handle, { concurrency })
  await worker.finished
  const seconds = (performance.now() - since) / 1000
  const { counts } = await presque.status('mail')
  if (counts.active + counts.waiting > 0) throw new Error(`left: ${JSON.stringify(counts)}`)
  return seconds
})
