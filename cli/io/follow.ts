import type { Delivery } from '../../client/delivery.ts'
import type { Call } from '../command.ts'
import { exits, failure } from './exit.ts'
import { giveBack, hold } from './hold.ts'
import { backoff, pause } from '../../client/backoff.ts'

// Jobs of one request. More would be printed twice if this is killed, and cost little less each.
const most = 500
const signals = ['SIGINT', 'SIGTERM'] as const

interface Wish { lease: number | '', wait: number, worker: string | undefined, signal: AbortSignal }

/** Prints jobs as they come, in batches, until a signal: what has been taken then is printed first. */
export async function follow (call: Call, queues: string[]): Promise<number> {
  const over = new AbortController()
  const stop = () => over.abort()
  for (const signal of signals) process.once(signal, stop)
  const wish: Wish = { lease: call.args['lease'] ?? '', wait: Number(call.args['wait'] ?? 20), worker: call.args['worker'], signal: over.signal }
  try {
    while (!over.signal.aborted) {
      const jobs = await take(call, queues, wish)
      if (jobs.length > 0) await hold(call, jobs)
    }
    return exits.done
  } finally {
    for (const signal of signals) process.off(signal, stop)
  }
}

// A restart of the server is no reason to end; that it lasts is said once.
async function take (call: Call, queues: string[], wish: Wish): Promise<Delivery[]> {
  for (let failures = 0; ; failures++) {
    try {
      return queues.length === 1 ? await call.presque.takeMany(queues[0]!, { ...wish, count: most }) : await several(call, queues, wish)
    } catch (error) {
      if (wish.signal.aborted) return []
      const { message, exit } = failure(error, call.url)
      if (exit !== exits.away) throw error
      if (failures === 0) call.remark(message)
      await pause(backoff(failures), wish.signal).catch(() => {})
    }
  }
}

/** Of several queues one job at a time can be waited for. Where it came from there may be more; those before that go first. */
async function several (call: Call, queues: string[], { lease, wait, worker, signal }: Wish): Promise<Delivery[]> {
  const first = await call.presque.take(queues, { lease, wait, worker, signal })
  if (first === null) return []
  if (signal.aborted) {
    await giveBack(call, [first])
    return []
  }
  const before = queues.indexOf(first.queue) > 0
  const more = before ? [] : await call.presque.takeMany(first.queue, { lease, worker, wait: 0, count: most - 1, signal }).catch(() => [])
  return [first, ...more]
}
