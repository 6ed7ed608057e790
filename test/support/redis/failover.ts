import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { asShipped, listen } from '../server/app.ts'
import { parked, type Server } from '../server/two-servers.ts'
import { send, type Answer } from '../http/request.ts'
import { until } from '../until.ts'
import type { Heard, Traffic } from '../http/traffic.ts'

/** In ms: what presque may take to follow, once there is a new master. */
export const follows = 1500
/** In ms: so soon is a waiter woken by a message; by itself it looks every 900. */
export const prompt = 500

export const names = Array.from({ length: 9 }, (_, i) => `queue${i}`)

/** Two servers on one Redis; a push waits for the given number of replicas. */
export async function serve (
  t: Test,
  url: string,
  replicas: number,
  patience = asShipped
): Promise<[Server, Server]> {
  const config = { REDIS_URL: url, PRESQUE_MIN_REPLICAS: replicas }
  return [await listen(t, config, patience), await listen(t, config, patience)]
}

/** When a write to that key is first accepted there, in ms of performance.now(). */
export async function writable (port: number, key: string): Promise<number> {
  const probe = new Redis({ port, maxRetriesPerRequest: 0, retryStrategy: () => 5 }).on(
    'error',
    () => {}
  )
  await until(
    'there is a new master',
    async () =>
      await probe.set(key, 'x', 'PX', 1).then(
        () => true,
        () => false
      )
  )
  probe.disconnect()
  return performance.now()
}

/** What holds of all answers, whatever happens to Redis. */
export function checkAnswers (t: Test, { heard, slowestAnyway }: Traffic): void {
  t.same(
    heard.filter(({ status }) => ![200, 201, 404, 503].includes(status)).slice(0, 3),
    [],
    'nothing but what clients expect'
  )
  t.same(
    heard.filter(({ status, retryAfter }) => status === 503 && retryAfter !== '1').slice(0, 3),
    [],
    'each 503 says when to ask again'
  )
  const late = Math.max(...heard.map(({ ms }) => ms))
  t.ok(
    late - slowestAnyway < 1000,
    `the slowest answer came after ${Math.round(late)} ms, ` +
      `one that needs no Redis after ${Math.round(slowestAnyway)} ms`
  )
}

/** How many ms after `since` the last of the queues was served again. */
export function recovery (heard: Heard[], queues: string[], since: number): number {
  const last = (queue: string) =>
    Math.max(
      ...heard.filter(answer => answer.queue === queue && answer.status === 503).map(({ at }) => at)
    )
  return Math.round(Math.max(...queues.map(last)) - since)
}

/**
 * A job pushed at one server wakes who waits at the other, on every queue. Returns the ms of the
 * slowest.
 */
export async function wakes (
  t: Test,
  [here, there]: [Server, Server],
  queues: string[]
): Promise<number> {
  const waiting = queues.map(
    async queue =>
      ((await send(there.url, [{ method: 'GET', path: `/q/${queue}?wait=20` }])) as [Answer])[0]
  )
  await parked(there, queues.length)
  const since = performance.now()
  const pushes = await send(
    here.url,
    queues.map(queue => ({ method: 'POST', path: `/q/${queue}`, body: '{}' }))
  )
  const answers = await Promise.all(waiting)
  const ms = Math.round(performance.now() - since)
  t.same(
    [...pushes, ...answers].map(({ status }) => status),
    queues.flatMap(() => [201]).concat(queues.flatMap(() => [200]))
  )
  return ms
}
