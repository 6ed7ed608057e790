import { test } from 'tap'
import { push, pushFailed } from '../../../../operations/job/push.ts'
import { take } from '../../../../operations/job/take.ts'
import { purge } from '../../../../operations/queue/queue.ts'
import {
  idsOf,
  register,
  unregister,
  worker,
  workers,
  workersOf
} from '../../../../operations/worker/worker.ts'
import { build } from '../../../support/server/app.ts'

const jobs = (count: number): Array<{ payload: string }> =>
  Array.from({ length: count }, () => ({ payload: '{}' }))

test('worker() sums up what one has done on all queues, ' +
  'and lists what it took last from each', async t => {
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
    working_on: [
      { queue: 'mail', job: '2', since: 100 },
      { queue: 'print', job: '1', since: 101.5 }
    ],
    last_seen: 102
  })
})

test('worker() counts what one took from a queue on which it is not registered', async t => {
  const { redis } = await build(t)
  await register(redis, 'mail', 'w1')
  await push(redis, 'print', jobs(1))
  await take(redis, 'print', { worker: 'w1', now: 100 })
  t.match(await worker(redis, 'w1'), {
    processed: 1,
    queues: ['mail', 'print'],
    working_on: [{ queue: 'print' }],
    last_seen: 100
  })
})

test('a worker that only takes is registered by that, with an empty hand too', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', jobs(1))
  await take(redis, 'mail', { worker: 'w1' })
  await take(redis, 'none', { worker: 'w2' })
  t.match(await worker(redis, 'w1'), { queues: ['mail'], processed: 1, silent: false })
  t.match(await worker(redis, 'w2'), { queues: ['none'], processed: 0, silent: false })
  t.equal(await worker(redis, 'w3'), null)
})

test('a worker that asks and gets nothing has been seen', async t => {
  const { redis } = await build(t)
  await register(redis, 'mail', 'w1')
  await push(redis, 'mail', jobs(1))
  await take(redis, 'mail', { now: 1 })
  await take(redis, 'mail', { worker: 'w1', now: 100.25 })
  t.match(await worker(redis, 'w1'), { processed: 0, working_on: [], last_seen: 100.25 })
})

test('unregister() takes a worker off one queue, with its counters there, ' +
  'and leaves the other', async t => {
  const { redis } = await build(t)
  for (const queue of ['mail', 'print']) {
    await register(redis, queue, 'w1')
    await push(redis, queue, jobs(2))
    await take(redis, queue, { count: 2, worker: 'w1', now: 100 })
  }
  await unregister(redis, 'mail', 'w1')
  t.match(await worker(redis, 'w1'), {
    processed: 2,
    queues: ['print'],
    working_on: [{ queue: 'print' }]
  })
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
  t.match(await workers(redis), { workers: [{ worker_id: 'w10', processed: 1 }], more: false })
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

test('purge() of a queue leaves what its workers have done, ' +
  'and none of what they were doing', async t => {
  const { redis } = await build(t)
  await register(redis, 'mail', 'w1')
  await push(redis, 'mail', jobs(1))
  await take(redis, 'mail', { worker: 'w1' })
  await purge(redis, 'mail')
  t.match(await worker(redis, 'w1'), {
    worker_id: 'w1',
    processed: 1,
    failed: 0,
    queues: ['mail'],
    working_on: [],
    last_seen: Number
  })
  t.strictSame(await workersOf(redis, 'mail'), ['w1'])
})

test('workers() lists each once, by id', async t => {
  const { redis } = await build(t)
  for (const id of ['b', 'a', 'B', '10', '9']) {
    for (const queue of ['mail', 'print']) await register(redis, queue, id)
  }
  t.strictSame(
    (await workers(redis)).workers.map(({ worker_id: id }) => id),
    ['10', '9', 'B', 'a', 'b']
  )
})

test('a queue remembers the 10 000 workers it heard of last, and their counts', async t => {
  const { redis } = await build(t)
  const ids = Array.from({ length: 10_000 }, (_, i) => `w${i}`)
  await redis.zadd('{mail}:heard', ...ids.flatMap((id, i) => [i + 1, id]))
  await redis.hset('{mail}:workers', ...ids.flatMap(id => [`processed:${id}`, 1]))
  await push(redis, 'mail', jobs(1))
  await take(redis, 'mail', { worker: 'new', now: 100 })
  t.equal(await redis.zcard('{mail}:heard'), 10_000)
  t.strictSame(
    await redis.zrange('{mail}:heard', 0, '0'),
    ['w1'],
    'the one that was silent longest is forgotten'
  )
  t.strictSame(
    await redis.hmget('{mail}:workers', 'processed:w0', 'processed:w1', 'processed:new'),
    [null, '1', '1']
  )
  await take(redis, 'mail', { worker: 'new', now: 101 })
  t.equal(await redis.zcard('{mail}:heard'), 10_000, 'and the same one again drives out no other')
  t.strictSame(await redis.zrange('{mail}:heard', 0, '0'), ['w1'])
})

test('workers() come in pages by id, each worker once and whole, ' +
  'whatever characters its id has', async t => {
  const { redis } = await build(t)
  const ids = ['!', '0', 'a', 'a!', 'a!b', 'a/b', 'b', '~']
  for (const id of ids) for (const queue of ['mail', 'print', 'a']) await register(redis, queue, id)
  const seen: string[] = []
  let after: string | undefined
  for (let more = true; more;) {
    const page = await workers(redis, { after, limit: 3 })
    t.ok(page.workers.every(({ queues }) => queues.length === 3))
    seen.push(...page.workers.map(({ worker_id: id }) => id))
    after = seen.at(-1)
    more = page.more
  }
  t.strictSame(seen, ids)
  t.strictSame(
    (await workers(redis, { queue: 'mail', after: 'a!', limit: 2 })).workers.map(
      one => one.worker_id
    ),
    ['a!b', 'a/b']
  )
  t.strictSame(await idsOf(redis, 'mail', { after: 'a/b', limit: 2 }), {
    ids: ['b', '~'],
    more: false
  })
})

test('workers() counts, on a page of some queues, the work on those alone', async t => {
  const { redis } = await build(t)
  for (const queue of ['mail', 'print']) {
    await register(redis, queue, 'w1')
    await push(redis, queue, jobs(1))
    await take(redis, queue, { worker: 'w1' })
  }
  await register(redis, 'print', 'w2')
  const page = await workers(redis, { sees: queue => queue === 'mail' })
  t.match(page.workers, [
    { worker_id: 'w1', queues: ['mail'], processed: 1, working_on: [{ queue: 'mail' }] }
  ])
  t.equal(page.workers.length, 1)
})

test('a worker shows each job that it holds on lease, and none once that has ended', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', jobs(3))
  await take(redis, 'mail', { worker: 'w1', lease: 30, count: 2, now: 100 })
  await take(redis, 'mail', { worker: 'w2', lease: 30, now: 101 })
  t.match(await worker(redis, 'w1'), {
    working_on: [{ queue: 'mail', job: '1', since: 100 }, { job: '2' }]
  })
  t.match(await worker(redis, 'w2'), { working_on: [{ queue: 'mail', job: '3', since: 101 }] })
  await take(redis, 'mail', { now: 140 })
  t.strictSame((await worker(redis, 'w1'))!.working_on, [])
})

test('of a queue with more than 5000 jobs on lease, ' +
  'each worker shows the last that it took', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', jobs(5002))
  for (let i = 0; i < 5; i++) {
    await take(redis, 'mail', { worker: 'many', lease: 30, count: 1000, now: 100 })
  }
  await take(redis, 'mail', { worker: 'one', lease: 30, now: 101 })
  t.match(await worker(redis, 'one'), { working_on: { length: 1, 0: { job: '5001', since: 101 } } })
  t.match(await worker(redis, 'many'), {
    working_on: { length: 1, 0: { job: '5000', since: 100 } }
  })
})
