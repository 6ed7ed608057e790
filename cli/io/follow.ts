import { retry } from '../../client/http/backoff.ts'
import type { Delivery } from '../../client/delivery.ts'
import type { Call } from '../command.ts'
import { exits, failure } from './exit.ts'
import { hold, releaseAll } from './hold.ts'

// Jobs of one request. If this process is killed, they are printed twice.
const most = 500
const signals = ['SIGINT', 'SIGTERM'] as const

interface TakeOptions {
  lease: number | ''
  wait: number
  worker: string | undefined
  signal: AbortSignal
}

/** Prints jobs as they come, in batches, until a signal. Those taken by then are printed first. */
export async function follow (call: Call, queues: string[]): Promise<number> {
  const over = new AbortController()
  const stop = () => over.abort()
  for (const signal of signals) process.once(signal, stop)
  const { lease = '', wait = 20, worker } = call.args
  const options = { lease, wait: Number(wait), worker, signal: over.signal }
  try {
    while (!over.signal.aborted) {
      const jobs = await take(call, queues, options)
      if (jobs.length > 0) await hold(call, jobs)
    }
    return exits.done
  } finally {
    for (const signal of signals) process.off(signal, stop)
  }
}

// A restart of the server does not end it: that the server is away is said once.
async function take (call: Call, queues: string[], options: TakeOptions): Promise<Delivery[]> {
  const { signal } = options
  const attempt = async () => {
    if (queues.length > 1) return await takeFromSeveral(call, queues, options)
    return await call.presque.takeMany(queues[0]!, { ...options, count: most })
  }
  const isRetried = (error: unknown, failures: number): boolean => {
    const { message, exit } = failure(error, call.url)
    if (signal.aborted || exit !== exits.away) return false
    if (failures === 0) call.remark(message)
    return true
  }
  try {
    return await retry(attempt, isRetried, signal)
  } catch (error) {
    if (signal.aborted) return []
    throw error
  }
}

// A long poll of several queues brings one job. The rest of the first queue comes with it; of a
// later queue nothing more, for the queues before it go first.
async function takeFromSeveral (
  call: Call, queues: string[], options: TakeOptions
): Promise<Delivery[]> {
  const { lease, worker, signal } = options
  const first = await call.presque.take(queues, options)
  if (first === null) return []
  if (signal.aborted) {
    await releaseAll(call, [first])
    return []
  }
  if (queues.indexOf(first.queue) > 0) return [first]
  const rest = { lease, worker, wait: 0, count: most - 1, signal }
  return [first, ...await call.presque.takeMany(first.queue, rest).catch(() => [])]
}
