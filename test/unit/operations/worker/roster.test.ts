import { test } from 'tap'
import { touch } from '../../../../operations/job/touch.ts'
import { push } from '../../../../operations/job/push.ts'
import { Roster } from '../../../../operations/worker/roster.ts'
import { take } from '../../../../operations/job/take.ts'
import {
  register,
  setQuiet,
  unregister,
  worker,
  workers,
  workersOf
} from '../../../../operations/worker/worker.ts'
import { storeOf, type RedisClient } from '../../../../operations/redis/store.ts'
import { build } from '../../../support/server/app.ts'

const jobs = (count: number): Array<{ payload: string }> =>
  Array.from({ length: count }, () => ({ payload: '{}' }))

test('what a worker tells of itself is shown until it tells something else', async t => {
  const { redis } = await build(t)
  await register(redis, 'mail', 'w1', { version: '1', pid: 7 })
  await register(redis, 'mail', 'w1')
  t.match(await worker(redis, 'w1'), { version: '1', pid: 7 })
  await register(redis, 'mail', 'w1', { version: '2' })
  t.match(await worker(redis, 'w1'), { version: '2', pid: undefined })
})

test('a worker that is silent for five minutes is shown so, and forgotten after a day with all ' +
  'that was counted', async t => {
  const redis: RedisClient = (await build(t)).redis
  await push(redis, 'mail', jobs(2))
  for (const id of ['w1', 'w2']) await take(redis, 'mail', { worker: id })
  await worker(redis, 'w1')
  const age = async (id: string, seconds: number): Promise<void> => {
    await redis.zadd('noted', Date.now() - seconds * 1000, `${id} mail`)
    await redis.zadd('{mail}:heard', Date.now() - seconds * 1000, id)
    await redis.hset('workers', `mail/${id}`, Math.floor(Date.now() / 1000) - seconds)
  }
  await age('w1', 301)
  t.match(await worker(redis, 'w1'), { silent: true, processed: 1 })
  await age('w1', 86_500)
  storeOf(redis).setPart(Roster, new Roster(redis))
  t.equal(await worker(redis, 'w1'), null)
  t.strictSame(await workersOf(redis, 'mail'), ['w2'])
  t.equal(await redis.hget('{mail}:workers', 'processed:w1'), null)
  t.match(await worker(redis, 'w2'), { silent: false, processed: 1 })
})

test('workers that an older version registered are known, and listed', async t => {
  const { redis } = await build(t)
  await redis.hset('workers', 'mail/old/1', 1000, 'print/old/1', 2000)
  await register(redis, 'mail', 'new')
  t.match(await worker(redis, 'old/1'), { started_at: 1000, queues: ['mail', 'print'] })
  t.strictSame(await workersOf(redis, 'mail'), ['new', 'old/1'])
})

test('a queue forgets the workers it heard of, once it has heard of none for a day', async t => {
  const { redis } = await build(t)
  await take(redis, 'mail', { worker: 'w1' })
  const left = await redis.ttl('{mail}:heard')
  t.ok(left > 86_000 && left <= 86_400, `${left} s`)
})

test('a bound on registrations is met by silent workers first, ' +
  'and then refused with a sentence', async t => {
  const redis: RedisClient = (await build(t)).redis
  storeOf(redis).caps.workers = 3
  for (const id of ['w1', 'w2', 'w3']) await register(redis, 'mail', id)
  await t.rejects(register(redis, 'mail', 'w4'), {
    code: 'WORKERS_FULL',
    message: 'there are as many workers as PRESQUE_MAX_WORKERS allows'
  })
  await register(redis, 'mail', 'w1')
  await take(redis, 'mail', { worker: 'w5' })
  t.strictSame(await workersOf(redis, 'mail'), ['w1', 'w2', 'w3'])
  await redis.zadd('noted', Date.now() - 301_000, 'w2 mail')
  await register(redis, 'mail', 'w4')
  t.strictSame(await workersOf(redis, 'mail'), ['w1', 'w3', 'w4'])
})

test('a quiet worker gets nothing more on any of its queues, ' +
  'and hears so when it touches', async t => {
  const { redis } = await build(t)
  for (const queue of ['mail', 'print']) {
    await register(redis, queue, 'w1')
    await push(redis, queue, jobs(2))
  }
  const [held] = await take(redis, 'mail', { worker: 'w1', lease: 30 })
  await t.rejects(setQuiet(redis, 'mail', 'w2', true), { code: 'NO_SUCH_WORKER' })
  await setQuiet(redis, 'mail', 'w1', true)
  for (const queue of ['mail', 'print']) {
    await t.rejects(take(redis, queue, { worker: 'w1' }), { code: 'WORKER_QUIET' })
  }
  t.match(await take(redis, 'mail', { worker: 'w2' }), { length: 1 }, 'others go on')
  t.match(
    await touch(redis, 'mail', [{ id: held!.id, receipt: held!.lease!.receipt }]),
    [Number],
    'it keeps what it has'
  )
  t.match(await worker(redis, 'w1'), { quiet: true })
  await setQuiet(redis, 'mail', 'w1', false)
  t.match(await take(redis, 'print', { worker: 'w1' }), { length: 1 })
  t.equal((await worker(redis, 'w1'))!.quiet, undefined)
})

test('a worker that unregisters and comes again is not quiet any more', async t => {
  const { redis } = await build(t)
  await register(redis, 'mail', 'w1')
  await setQuiet(redis, 'mail', 'w1', true)
  await unregister(redis, 'mail', 'w1')
  t.strictSame(await take(redis, 'mail', { worker: 'w1' }), [])
})

test('workers of a queue that are on very many others come in shorter pages, ' +
  'and each once', async t => {
  const { redis } = await build(t)
  const ids = Array.from({ length: 50 }, (_, n) => `w${100 + n}`)
  for (const id of ids) {
    const pairs = ['mail', ...Array.from({ length: 200 }, (_, n) => `queue-${n}`)].map(
      queue => `${id} ${queue}`
    )
    await redis.zadd('roster', ...pairs.flatMap(pair => [0, pair]))
    await redis.zadd('noted', ...pairs.flatMap(pair => [Date.now(), pair]))
  }
  await redis.zadd('{mail}:registered', ...ids.flatMap(id => [0, id]))
  const found: string[] = []
  for (let after: string | undefined, more = true; more;) {
    const page = await workers(redis, { queue: 'mail', after })
    t.ok(
      page.workers.length <= 40,
      `${page.workers.length} workers, with ${201 * page.workers.length} registrations`
    )
    found.push(...page.workers.map(one => one.worker_id))
    after = page.workers.at(-1)!.worker_id
    more = page.more
  }
  t.strictSame(found, ids)
})
