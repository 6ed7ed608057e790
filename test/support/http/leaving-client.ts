import type { Redis } from 'ioredis'
import type { Test } from 'tap'
import { push } from '../../../operations/job/push.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { listen } from '../server/app.ts'
import { startRedis } from '../redis/redis.ts'
import { until } from '../until.ts'

/** As bytes on the wire. */
export const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`

/** The same for a POST with a body of JSON. */
export const post = (path: string, body: string): string => {
  const length = `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`
  return get(path).replace('GET', 'POST').replace('Host', `${length}\r\nHost`) + body
}

/**
 * A server with `count` jobs in 'mail', and a hand on its Redis: while it is held, takes wait for
 * their answer.
 */
export async function serve (t: Test, count: number) {
  const { app, url } = await listen(t, { REDIS_URL: (await startRedis(t)).url })
  const redis = app.redis as Redis
  const hand = redis.duplicate({ keyPrefix: '' })
  t.teardown(() => hand.disconnect())
  await push(
    redis,
    'mail',
    Array.from({ length: count }, (_, n) => ({ payload: JSON.stringify({ n }) }))
  )
  const isTaking = async (): Promise<boolean> => / flags=b/.test(String(await hand.client('LIST')))
  return {
    app,
    redis,
    url,
    hold: async () => await hand.call('CLIENT', 'PAUSE', '10000', 'WRITE'),
    taking: async () => await until('the server waits for Redis', isTaking),
    letGo: async () => await hand.call('CLIENT', 'UNPAUSE'),
    gone: async () =>
      await until('the server has seen the client go', async () => (await connections()) === 0),
    takes: async () => (await app.inject('/qb/mail?batch_size=1000')).body
  }

  async function connections (): Promise<number> {
    return await new Promise(resolve =>
      app.server.getConnections((_error, count) => resolve(count))
    )
  }
}

/** Awaits that everything is as before a take: the worker was heard of, so that there was one. */
export async function isBack (
  redis: Redis,
  { waiting, processed = 0 }: { waiting: number; processed?: number }
): Promise<void> {
  await until(`the jobs are back: ${waiting} waiting, ${processed} processed`, async () => {
    // First that the take has been, then that it has been undone.
    if ((await redis.zscore('{mail}:heard', 'w1')) === null) return false
    const status = await queueStatus(redis, 'mail')
    return status.counts.waiting === waiting && status.processed === processed
  })
}

/** Forgets that the worker was heard of. */
export async function forget (redis: Redis): Promise<void> {
  await redis.del('{mail}:heard')
}
