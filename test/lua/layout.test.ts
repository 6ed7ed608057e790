import { test } from 'tap'
import { take } from '../../operations/job/take.ts'
import { push } from '../../operations/job/push.ts'
import { jobs } from '../../operations/job/job.ts'
import { queueStatus } from '../../operations/queue/queue.ts'
import { migrations } from '../../operations/layout/migration.ts'
import { bench } from './call.ts'

test('jobs of layout 2 are served in their order before, while and after ' +
  'they are moved', async t => {
  const { redis, key } = await bench(t)
  const { step } = migrations.find(({ to }) => to === 3)!
  const record = (n: number): string => `\0\0\0\0\0\x05{"n":${n}}`
  for (const moves of [0, 1, 3, 99]) {
    await redis.flushall()
    await redis.hset(key('stats'), 'seed', 'abc', 'last_id', 9)
    // 8 has details, 4 came back after 7, and 3 is not there any more.
    const old = ['1', '2', '3', '5', '8', '7', '4', '9']
    for (const id of old) if (id !== '3') await redis.hset(key('jobs'), id, record(Number(id)))
    await redis.hset(key('details'), '8', '{"tries":3}')
    await redis.rpush(key('ready'), ...old)
    await push(redis, 'mail', [{ payload: '{}' }, { payload: '{}', tries: 2 }, { payload: '{}' }])
    let next = '1'
    for (let i = 0; i < moves && next !== '0'; i++) next = await step(redis, 'mail', next, 2)
    if (moves === 99) t.equal(await redis.exists(key('ready')), 0)
    t.equal((await queueStatus(redis, 'mail')).counts.waiting, 10)
    const order = ['1', '2', '5', '8', '7', '4', '9', '10', '11', '12']
    const listed = await jobs(redis, 'mail', 'waiting', { offset: 0, limit: 99 })
    t.strictSame(listed.map(({ id }) => id), order, `${moves} moves`)
    t.strictSame((await take(redis, 'mail', { count: 99 })).map(({ id }) => id), order)
    const keys = [key('jobs'), key('plain'), key('references'), key('ready')]
    t.equal(await redis.exists(...keys), 0)
  }
})

test('a step to layout 3 moves large jobs one by one', async t => {
  const { redis, key } = await bench(t)
  const { step } = migrations.find(({ to }) => to === 3)!
  await redis.hset(key('stats'), 'seed', 'abc', 'last_id', 5)
  const sizes = [1, 600_000, 600_000, 2_000_000, 1]
  for (const [i, size] of sizes.entries()) {
    await redis.hset(key('jobs'), i + 1, '\0\0\0\0\0\x05'.padEnd(size + 6, 'x'))
    await redis.rpush(key('ready'), i + 1)
  }
  const left = []
  for (let next = '1'; next !== '0';) {
    next = await step(redis, 'mail', '0', 250)
    left.push(await redis.llen(key('ready')))
  }
  t.strictSame(left, [4, 3, 2, 0, 0])
  t.equal(await redis.llen(key('plain')), 5)
})
