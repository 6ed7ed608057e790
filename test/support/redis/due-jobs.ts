import { ack } from '../../../operations/job/ack.ts'
import { setPolicy } from '../../../operations/queue/policy.ts'
import { push } from '../../../operations/job/push.ts'
import { cancel } from '../../../operations/job/bulk.ts'
import { take } from '../../../operations/job/take.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'

/**
 * A queue in which time has brought much due that no script has dealt with yet. Jobs 2 (its lease
 * is over), 3 (delayed until now) and 6 are there; 1 was kept for a second, 4 had a second to be
 * taken, and 5 was cancelled in line. The queue was stopped for a second, and has a rate.
 */
export async function prepareDue (redis: RedisClient, queue: string): Promise<void> {
  const past = { now: Math.floor(Date.now() / 1000) - 100 }
  await push(redis, queue, [{ payload: '{"n":1}', keep: 1 }, { payload: '{"n":2}' }], past)
  const [kept] = await take(redis, queue, { lease: 60, ...past })
  await ack(redis, queue, [{ id: kept!.id, receipt: kept!.lease!.receipt, result: '1' }], past)
  await take(redis, queue, { lease: 1, ...past })
  const due = [
    { payload: '{"n":3}', delay: 1 },
    { payload: '{"n":4}', ttl: 1 }
  ]
  await push(redis, queue, [...due, { payload: '{"n":5}' }, { payload: '{"n":6}' }], past)
  await cancel(redis, queue, '5', past)
  const change = { rate: { limit: 1, period: 60 }, status: 'stop', for: 1 } as const
  await setPolicy(redis, queue, change, past)
}

/** What tells of such a queue, and answers 200. */
export function looks (queue: string): string[] {
  const states = ['waiting', 'delayed', 'active', 'failed', 'completed', 'blocked']
  const lists = states.flatMap(state =>
    ['asc', 'desc'].map(order => `/j/${queue}?state=${state}&order=${order}`)
  )
  const paths = [
    '/j/$',
    '/j/$/2',
    '/j/$/3/why',
    '/j/$/6/why',
    '/status/$',
    '/control/$',
    '/history/$'
  ]
  return [
    ...lists,
    ...paths.map(path => path.replace('$', queue)),
    '/summary',
    '/summary',
    '/status',
    '/metrics'
  ]
}
