// Nothing but listing depends on how long a queue is: latencies with 1 000 and with 1 000 000
// waiting jobs, and the time that a purge of those takes. Ends with exit code 1 when it leaves a
// key.
import { fill, machine, median, place, serve } from '../setup.ts'

const requests = 500
const job = () => ({ payload: '{"to":"ann@example.org"}' })

// Median of ms.
async function latency (url: string, options: RequestInit = {}): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < requests; i++) {
    const since = performance.now()
    const response = await fetch(url, options)
    await response.arrayBuffer()
    times.push(performance.now() - since)
    if (!response.ok) throw new Error(`${url}: ${response.status}`)
  }
  return median(times)
}

async function latencies (url: string, waiting: number): Promise<void> {
  const push = await latency(`${url}/q/mail`, {
    method: 'POST',
    body: job().payload,
    headers: { 'content-type': 'application/json' }
  })
  const take = await latency(`${url}/q/mail`)
  const status = await latency(`${url}/status/mail`)
  const times = Object.entries({ push, take, status }).map(([what, ms]) => {
    return `${what} ${ms.toFixed(2)} ms`
  })
  console.log(`${String(waiting).padStart(8)} waiting: ${times.join(', ')}`)
}

console.log(`medians of ${requests} requests, one at a time; ${machine()}`)
const { url: redisUrl, redis, stop } = await place()
const { url, close } = await serve(redisUrl)
await fill(redis, 'mail', 1000, job)
await latencies(url, 1000)
await fill(redis, 'mail', 999_000, job)
await latencies(url, 1_000_000)
const since = performance.now()
const { status } = await fetch(`${url}/q/mail`, { method: 'DELETE' })
const ms = (performance.now() - since).toFixed(1)
console.log(`DELETE of 1 000 000 jobs: ${status} after ${ms} ms`)
const left = await redis.keys('*')
if (left.length > 0) {
  console.error(`it left ${left.join(', ')}`)
  process.exitCode = 1
}
await close()
await stop()
