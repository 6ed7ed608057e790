import type { Redis } from 'ioredis'
import { test, type Test } from 'tap'
import { setPolicy } from '../../../../operations/queue/policy.ts'
import { job, jobs, why } from '../../../../operations/job/job.ts'
import { push, pushOne } from '../../../../operations/job/push.ts'
import { purge, queues, queueStatus } from '../../../../operations/queue/queue.ts'
import { take } from '../../../../operations/job/take.ts'
import { startCluster } from '../../../support/redis/cluster.ts'
import { startRedis } from '../../../support/redis/redis.ts'
import { until } from '../../../support/until.ts'
import { build } from '../../../support/server/app.ts'

// Two servers on one Redis: what the first one noted, the second does not know.
async function pair (t: Test): Promise<[Redis, Redis]> {
  const config = { REDIS_URL: (await startRedis(t)).url, PRESQUE_PREFIX: 'presque' }
  const [{ redis: one }, { redis: other }] = [await build(t, config), await build(t, config)]
  return [one as Redis, other as Redis]
}

const looks: Array<[string, (redis: Redis) => Promise<unknown>]> = [
  ['its status', async redis => await queueStatus(redis, 'mail')],
  ['a job', async redis => await job(redis, 'mail', '1')],
  ['its jobs', async redis => await jobs(redis, 'mail', 'waiting', { offset: 0, limit: 1 })],
  ['why a job waits', async redis => await why(redis, 'mail', '1')],
  ['a take', async redis => await take(redis, 'mail', { lease: 30 })]
]

for (const [what, look] of looks) {
  test('the name of a queue with jobs, lost in a failover, ' +
    `is back after a look at ${what}`, async t => {
    const [one, other] = await pair(t)
    await push(one, 'mail', [{ payload: '{}' }])
    await one.del('queues')
    await look(other)
    t.same(await queues(other), ['mail'])
  })
}

test('the names that a server has noted itself are back when all are listed', async t => {
  const [one, other] = await pair(t)
  await push(one, 'mail', [{ payload: '{}' }])
  await push(one, 'done', [{ payload: '{}' }])
  await purge(other, 'done')
  await one.del('queues')
  t.same(await queues(one), ['mail'])
  t.same(await one.smembers('queues'), ['mail'])
})

test('a look at a queue that no client has used, or that was purged, lists no name', async t => {
  const [one, other] = await pair(t)
  await push(one, 'mail', [{ payload: '{}' }])
  await purge(one, 'mail')
  for (const redis of [one, other]) {
    for (const [, look] of looks) await look(redis).catch(() => {})
    t.same(await queues(redis), [])
  }
})

test('a purge takes away the name of a queue with settings alone', async t => {
  const [one] = await pair(t)
  await setPolicy(one, 'mail', { tries: 3 })
  t.same(await queues(one), ['mail'])
  await purge(one, 'mail')
  t.same(await queues(one), [])
})

test('after a race of pushes and purges a queue is listed if it has jobs', async t => {
  const [one, other] = await pair(t)
  for (let round = 0; round < 200; round++) {
    await Promise.all([
      pushOne(one, 'mail', { payload: '{}' }),
      purge(other, 'mail'),
      take(other, 'mail'),
      purge(one, 'mail'),
      pushOne(other, 'mail', { payload: '{}' })
    ])
    const { counts } = await queueStatus(one, 'mail', { listed: true })
    if (counts.waiting > 0) t.same(await one.smembers('queues'), ['mail'])
  }
  await purge(one, 'mail')
  t.same(await other.smembers('queues'), [])
})

test('a purge that is refused because the node of the queue is away leaves its name', async t => {
  const { url, nodes } = await startCluster(t)
  const { redis } = await build(t, { REDIS_URL: url }, { patience: 1000 })
  const names = Array.from({ length: 12 }, (_, n) => `queue${n}`)
  for (const name of names) await push(redis, name, [{ payload: '{}' }])
  for (const { admin } of nodes) await admin.config('SET', 'cluster-require-full-coverage', 'no')
  const dead = (
    await Promise.all(
      nodes.map(async ({ admin }) => await admin.exists('presque:queues').catch(() => 0))
    )
  ).indexOf(0)
  nodes[dead]!.child.kill('SIGKILL')
  const refused: string[] = []
  await until('a purge is refused', async () => {
    for (const name of names.filter(one => !refused.includes(one))) {
      await purge(redis, name).catch(() => refused.push(name))
    }
    return refused.length > 0
  })
  await nodes[dead]!.start()
  await until('all are listed that have jobs', async () => {
    const listed = await queues(redis).catch(() => [] as string[])
    return refused.every(name => listed.includes(name))
  })
  t.pass(refused.join(' '))
})
