import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { test, type Test } from 'tap'
import { push } from '../../../../operations/job/push.ts'
import { queueStatus } from '../../../../operations/queue/queue.ts'
import { ackAndTake } from '../../../../operations/job/ack-next.ts'
import { tryTake, take } from '../../../../operations/job/take.ts'
import { defaultPatienceMs } from '../../../../operations/redis/client.ts'
import { freePort, startRedis } from '../../../support/redis/redis.ts'
import { until } from '../../../support/until.ts'
import { asShipped, build } from '../../../support/server/app.ts'

const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

async function serve (t: Test, port = 0) {
  const server = await startRedis(t, [], port)
  const { redis } = await build(t, { REDIS_URL: server.url }, asShipped)
  await push(
    redis,
    'mail',
    range(200).map(n => ({ payload: `{"n":${n}}` }))
  )
  return { redis: redis as Redis, server }
}

// A process that is stopped and goes on finds its timers due and its sockets full. A loop that does
// not end for that long leaves it in the same state.
function pause (ms: number): void {
  for (const since = performance.now(); performance.now() - since < ms;);
}

for (const [over, port] of [
  ['a unix socket', () => 0],
  ['TCP', freePort]
] as const) {
  test(`what Redis has answered is read after a pause of the process, over ${over}`, async t => {
    const { redis } = await serve(t, await port())
    for (const wish of [{}, { lease: 30 }]) {
      const before = await queueStatus(redis, 'mail')
      const calls = range(20).map(
        async n => await tryTake(redis, 'mail', { ...wish, count: (n % 3) + 1 })
      )
      await new Promise(resolve => setImmediate(resolve))
      pause(2 * defaultPatienceMs)
      const found = await Promise.all(calls)
      const { counts } = await queueStatus(redis, 'mail')
      const received = found.flatMap(({ jobs }) => jobs).length
      t.equal(
        counts.waiting,
        before.counts.waiting - received,
        'each job that left the queue was received'
      )
    }
  })
}

test('more than can be read in one turn is read after a pause', async t => {
  const { redis } = await serve(t)
  const big = 'x'.repeat(1_000_000)
  await redis.set('big', big)
  const calls = range(10).map(async () => await redis.get('big'))
  await new Promise(resolve => setImmediate(resolve))
  pause(2 * defaultPatienceMs)
  t.same(new Set((await Promise.all(calls)).map(text => text?.length)), new Set([big.length]))
})

test('a pause counts for nothing: a command that Redis has not done by its end ' +
  'still has time', async t => {
  const { redis, server } = await serve(t)
  server.child.kill('SIGSTOP')
  const call = tryTake(redis, 'mail')
  await new Promise(resolve => setImmediate(resolve))
  pause(2 * defaultPatienceMs)
  server.child.kill('SIGCONT')
  t.equal((await call).jobs.length, 1)
})

test('on a machine on which each tick is late, a command is given up within a second', async t => {
  const { redis, server } = await serve(t)
  server.child.kill('SIGSTOP')
  const since = performance.now()
  const call = t.rejects(tryTake(redis, 'mail'), { code: 'REDIS_UNAVAILABLE' })
  const turn = async (): Promise<'on'> => {
    pause(45)
    return await new Promise(resolve => setImmediate(() => resolve('on')))
  }
  while ((await Promise.race([call, turn()])) === 'on');
  const ms = Math.round(performance.now() - since)
  t.ok(ms < 1000, `${ms} ms`)
})

test('what arrives after a take was given up goes back: for good, on lease, ' +
  'and after an ack', async t => {
  const { redis, server } = await serve(t)
  const [held] = await take(redis, 'mail', { lease: 30 })
  const ways = [
    async () => await tryTake(redis, 'mail', { count: 2, worker: 'w1' }),
    async () => await tryTake(redis, 'mail', { lease: 30, count: 3 }),
    async () =>
      await ackAndTake(redis, 'mail', {
        ack: { id: held!.id, receipt: held!.lease!.receipt },
        options: { lease: 30 }
      })
  ]
  server.child.kill('SIGSTOP')
  for (const answer of await Promise.allSettled(ways.map(async way => await way()))) {
    t.match(answer, { status: 'rejected', reason: { code: 'REDIS_UNAVAILABLE' } })
  }
  const since = performance.now()
  await t.rejects(tryTake(redis, 'mail'), { code: 'REDIS_UNAVAILABLE' }, 'meanwhile')
  t.ok(performance.now() - since < defaultPatienceMs / 2, 'at once')
  server.child.kill('SIGCONT')
  await until('all are back', async () => {
    const { counts, processed } = await queueStatus(redis, 'mail').catch(() => ({
      counts: { waiting: 0 },
      processed: 0
    }))
    return counts.waiting === 199 && processed === 1
  })
  const first = await take(redis, 'mail', { count: 6 })
  const numbers: number[] = first.map(({ payload }) => JSON.parse(payload).n)
  t.same(numbers.toSorted(), [1, 2, 3, 4, 5, 6], 'before all others')
  // The answers may arrive in different turns, and each goes back before those that are back.
  for (const some of [[1, 2], [3, 4, 5]]) {
    t.same(numbers.filter(n => some.includes(n)), some, 'those of a take in their order')
  }
  t.equal(await redis.hget('{mail}:workers', 'processed:w1'), '0')
})

test('a Redis that stays silent is left, and the next one is found', async t => {
  const { redis, server } = await serve(t)
  server.child.kill('SIGSTOP')
  await t.rejects(tryTake(redis, 'mail'), { code: 'REDIS_UNAVAILABLE' })
  await until('the connection is dropped', () => redis.status !== 'ready', 10 * defaultPatienceMs)
  server.child.kill('SIGCONT')
  await until(
    'it serves again',
    async () =>
      await tryTake(redis, 'mail').then(
        () => true,
        () => false
      )
  )
  await delay(0)
  t.pass()
})
