import type { Latency } from '../../../schemas/latency.ts'
import { json, path } from '../server.ts'

// In ms. The server notes latencies once a minute.
const keptFor = 300_000

// The last hour of the minutes in which jobs ended.
const minutes = 60

interface Kept { at: number, p95: Promise<number | null> }

const kept = new Map<string, Kept>()

/** In which time 95 of 100 jobs of a queue end, in seconds; null where none is on record. */
export async function runTime (queue: string): Promise<number | null> {
  const known = kept.get(queue)
  if (known !== undefined && performance.now() - known.at < keptFor) return await known.p95
  const p95 = json<Latency>(path('latency', queue)).then(lately, () => null)
  kept.set(queue, { at: performance.now(), p95 })
  return await p95
}

// The minutes weigh as much as jobs ended in them.
function lately ({ run: { count, p95 } }: Latency): number | null {
  const known = count.map((jobs, i) => ({ jobs, seconds: p95[i] ?? null }))
  const last = known.filter(({ seconds }) => seconds !== null).slice(-minutes)
  const jobs = last.reduce((sum, one) => sum + one.jobs, 0)
  return jobs === 0 ? null : last.reduce((sum, one) => sum + one.jobs * one.seconds!, 0) / jobs
}
