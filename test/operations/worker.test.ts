import { test } from 'tap'
import { push, pushFailed } from '../../operations/insertion.ts'
import { take } from '../../operations/wish.ts'
import { purge } from '../../operations/queue.ts'
import { register, unregister, worker, workers, workersOf } from '../../operations/worker.ts'
import { build } from '../helper.ts'

const jobs = (count: number): Array<{ payload: string }> => Array.from({ length: count }, () => ({ payload: '{}' }))

test('worker() sums up what one has done on all queues, and lists what it took last from each', async t => {
  const { redis } = await build(t)
  await register(redis, 'mail', 'w1')
  await register(redis, 'print', 'w1')
  await push(redis, 'mail', jobs(3))
  await push(redis, 'print', jobs(1))
  await take(redis, 'mail', { count: 2, worker: 'w1', now: 100 })
  await take(redis, 'print', { worker: 'w1', now: 101.5 })
  await pushFailed(redis, 'print', { payload: '{}' }, { worker: 'w1', now: 102 })
  t.match(await worker(redis, 'w1'), {
    worker_id: 'w1',
    processed: 3,
    failed: 1,
    queues: ['mail', 'print'],
    working_on: [{ queue: 'mail', job: '2', since: 100 }, { queue: 'print', job: '1', since: 101.5 }],
    last_seen: 102
  })
})

test('worker() counts what one took from a queue on which it is not registered', async t => {
  const { redis } = await build(t)
  await register(redis, 'mail', 'w1')
  await push(redis, 'print', jobs(1))
  await take(redis, 'print', { worker: 'w1', now: 100 })
  t.match(await worker(redis, 'w1'), { processed: 1, queues: ['mail'], working_on: [{ queue: 'print' }], last_seen: 100 })
})

test('worker() is null for one that only worked and never registered', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', jobs(1))
  await take(redis, 'mail', { worker: 'w1' })
  t.equal(await worker(redis, 'w1'), null)
  t.strictSame(await workers(redis), [])
})

test('a worker that asks and gets nothing has been seen', async t => {
  const { redis } = await build(t)
  await register(redis, 'mail', 'w1')
  await push(redis, 'mail', jobs(1))
  await take(redis, 'mail', { now: 1 })
  await take(redis, 'mail', { worker: 'w1', now: 100.25 })
  t.match(await worker(redis, 'w1'), { processed: 0, working_on: [], last_seen: 100.25 })
})

test('unregister() takes a worker off one queue, with what was counted there, and leaves the other', async t => {
  const { redis } = await build(t)
  for (const queue of ['mail', 'print']) {
    await register(redis, queue, 'w1')
    await push(redis, queue, jobs(2))
    await take(redis, queue, { count: 2, worker: 'w1', now: 100 })
  }
  await unregister(redis, 'mail', 'w1')
  t.match(await worker(redis, 'w1'), { processed: 2, queues: ['print'], working_on: [{ queue: 'print' }] })
  t.strictSame([await workersOf(redis, 'mail'), await workersOf(redis, 'print')], [[], ['w1']])
  await unregister(redis, 'print', 'w1')
  t.equal(await worker(redis, 'w1'), null)
})

test('unregister() leaves other workers of the queue alone', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', jobs(2))
  for (const id of ['w1', 'w10']) {
    await register(redis, 'mail', id)
    await take(redis, 'mail', { worker: id, now: 100 })
  }
  await unregister(redis, 'mail', 'w1')
  t.match(await workers(redis), [{ worker_id: 'w10', processed: 1 }])
})

test('register() a second time resets nothing', async t => {
  const { redis } = await build(t)
  await register(redis, 'mail', 'w1')
  await redis.hset('workers', 'mail/w1', 1000)
  await push(redis, 'mail', jobs(1))
  await take(redis, 'mail', { worker: 'w1', now: 2000 })
  await register(redis, 'mail', 'w1')
  t.match(await worker(redis, 'w1'), { started_at: 1000, processed: 1, last_seen: 2000 })
})

test('started_at is that of the first registration of several', async t => {
  const { redis } = await build(t)
  for (const queue of ['mail', 'print']) await register(redis, queue, 'w1')
  await redis.hset('workers', 'print/w1', 1000)
  t.match(await worker(redis, 'w1'), { started_at: 1000 })
})

test('purge() of a queue takes its counts, and leaves the worker known', async t => {
  const { redis } = await build(t)
  await register(redis, 'mail', 'w1')
  await push(redis, 'mail', jobs(1))
  await take(redis, 'mail', { worker: 'w1' })
  await purge(redis, 'mail')
  t.match(await worker(redis, 'w1'), { worker_id: 'w1', processed: 0, failed: 0, queues: ['mail'], working_on: [], last_seen: null })
  t.strictSame(await workersOf(redis, 'mail'), ['w1'])
})

test('workers() lists each once, by id', async t => {
  const { redis } = await build(t)
  for (const id of ['b', 'a', 'B', '10', '9']) {
    for (const queue of ['mail', 'print']) await register(redis, queue, id)
  }
  t.strictSame((await workers(redis)).map(({ worker_id: id }) => id), ['10', '9', 'B', 'a', 'b'])
})

test('a queue remembers the 10 000 workers it heard of last, and their counts', async t => {
  const { redis } = await build(t)
  const ids = Array.from({ length: 10_000 }, (_, i) => `w${i}`)
  await redis.zadd('{mail}:heard', ...ids.flatMap((id, i) => [i + 1, id]))
  await redis.hset('{mail}:workers', ...ids.flatMap(id => [`processed:${id}`, 1]))
  await push(redis, 'mail', jobs(1))
  await take(redis, 'mail', { worker: 'new', now: 100 })
  t.equal(await redis.zcard('{mail}:heard'), 10_000)
  t.strictSame(await redis.zrange('{mail}:heard', 0, '0'), ['w1'], 'the one that was silent longest is forgotten')
  t.strictSame(await redis.hmget('{mail}:workers', 'processed:w0', 'processed:w1', 'processed:new'), [null, '1', '1'])
  await take(redis, 'mail', { worker: 'new', now: 101 })
  t.equal(await redis.zcard('{mail}:heard'), 10_000, 'and the same one again drives out nobody')
  t.strictSame(await redis.zrange('{mail}:heard', 0, '0'), ['w1'])
})
