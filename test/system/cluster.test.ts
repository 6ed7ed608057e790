import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Cluster } from 'ioredis'
import { test, type Test } from 'tap'
import { queues } from '../../operations/queue/queue.ts'
import { closeRedis, createRedis, redisReady } from '../../operations/redis/client.ts'
import { asShipped, listen, patient } from '../support/server/app.ts'
import { startCluster, type TestNode } from '../support/redis/cluster.ts'
import { stopRedis } from '../support/redis/redis.ts'
import { send, slowest, type Answer } from '../support/http/request.ts'
import { testFiles } from '../support/test-files.ts'
import { until } from '../support/until.ts'

const inOneProcess = fileURLToPath(new URL('../support/run-files.ts', import.meta.url))
const names = Array.from({ length: 30 }, (_, i) => `queue${i}`)

async function serve (t: Test, url: string, patience = asShipped) {
  const presque = await listen(t, { REDIS_URL: url, PRESQUE_PREFIX: 'presque' }, patience)
  return { ...presque, cluster: presque.app.redis as unknown as Cluster }
}

// The tests of queues, but for the files that start a Redis of their own or need none, and the week
// of workers, which is long.
function files (): string[] {
  const apart = [
    /operations\/(?:access|layout|redis-server)\//,
    /operations\/redis\/(?:batcher|replication|script)\.test/,
    /operations\/(?:config|json-text)\.test/,
    /schedule\/(?:calendar|cron)\.test/,
    /feature\/fault\//,
    /queue\/fleet\.test/
  ]
  const longPoll = 'unit/plugins/job/long-poll.test.ts'
  const all = testFiles(longPoll, 'feature', 'unit/operations', 'unit/routes')
  return all.filter(file => !apart.some(form => form.test(file)))
}

function byStatus (answers: Answer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

// The queues whose keys that node keeps.
async function keptBy ({ port }: TestNode, cluster: Cluster): Promise<string[]> {
  const slots = (await cluster.cluster('SLOTS')) as unknown as Array<
    [number, number, [string, number]]
  >
  const [first, last] = slots.find(([, , [, owner]]) => owner === port)!
  const slot = await Promise.all(names.map(name => cluster.cluster('KEYSLOT', `{${name}}`)))
  return names.filter((_, i) => slot[i]! >= first && slot[i]! <= last)
}

test('what holds with one Redis holds with a Redis Cluster', async t => {
  const { url } = await startCluster(t)
  const env = { ...process.env, TEST_REDIS_URL: url }
  const all = files()
  const half = Math.ceil(all.length / 2)
  t.jobs = 2
  await Promise.all(
    [all.slice(0, half), all.slice(half)].map(async some => {
      await t.spawn(
        process.execPath,
        [...process.execArgv, inOneProcess, ...some],
        { env },
        some.map(file => basename(file)).join(', ')
      )
    })
  )
})

test('thirty queues on three nodes are pushed, taken, watched and purged at once', async t => {
  const { url: redis, nodes } = await startCluster(t)
  const { app, url, cluster } = await serve(t, redis, patient)
  for (const node of nodes) t.ok((await keptBy(node, cluster)).length > 3)
  const everywhere = async (method: string, path: string, body?: string) => {
    return await send(
      url,
      names.map(name => ({ method, path: path.replace('QUEUE', name), ...(body && { body }) })),
      names.length * 5
    )
  }
  t.same(byStatus(await everywhere('POST', '/w/QUEUE?worker_id=w1', '{}')), { 201: 150 })
  t.same(byStatus(await everywhere('POST', '/q/QUEUE', '{}')), { 201: 150 })
  t.same(byStatus(await everywhere('POST', '/q/QUEUE?uniq=ann', '{}')), { 201: 30, 400: 120 })
  t.same(byStatus(await everywhere('PUT', '/q/QUEUE?worker_id=w1', '{}')), { 201: 150 })
  t.same(byStatus(await everywhere('GET', '/status/QUEUE?with_desc=1')), { 200: 150 })
  t.same(byStatus(await everywhere('GET', '/qb/QUEUE?batch_size=2&worker_id=w1')), { 200: 150 })
  t.same(byStatus(await everywhere('GET', '/q/QUEUE')), { 200: 30, 404: 120 })
  t.match(await (await fetch(`${url}/w?worker_id=w1`)).json(), {
    processed: '300',
    failed: '150',
    queues: { length: 30 }
  })
  t.same(await queues(app.redis), [...names].sort())
  t.same(byStatus(await everywhere('DELETE', '/q/QUEUE')), { 204: 150 })
  t.same(await queues(app.redis), [])
})

test('a dead node is a 503 within a second for the queues that it kept, ' +
  'until it is back', async t => {
  const { url: redis, nodes } = await startCluster(t)
  const { url, cluster } = await serve(t, redis)
  const [node] = nodes
  const kept = await keptBy(node!, cluster)
  const pushes = kept.map(name => ({ method: 'POST', path: `/q/${name}`, body: '{}' }))
  t.same(byStatus(await send(url, pushes)), { 201: kept.length })
  await stopRedis(node!.child)
  const answers = await send(url, pushes, 200)
  t.same(byStatus(answers), { 503: 200 })
  t.ok(slowest(answers) < 1000, `${slowest(answers)} ms`)
  await node!.start()
  // A master that was restarted lets two seconds pass before it accepts a write.
  await until(
    'the node serves again',
    async () => (await send(url, pushes)).every(({ status }) => status === 201),
    4000
  )
})

test('a frozen node does nothing twice', async t => {
  const { url: redis, nodes } = await startCluster(t)
  const { url, cluster } = await serve(t, redis)
  const [name] = await keptBy(nodes[0]!, cluster)
  const pushing: Array<ReturnType<typeof send>> = []
  nodes[0]!.child.kill('SIGSTOP')
  await until('two hundred pushes are on their way, one after the other', () => {
    pushing.push(
      send(url, [{ method: 'POST', path: `/q/${name}`, body: `{"n":${pushing.length}}` }])
    )
    return pushing.length === 200
  })
  const pushed = (await Promise.all(pushing)).flat()
  t.same(byStatus(pushed), { 503: 200 })
  t.ok(slowest(pushed) < 1000, `${slowest(pushed)} ms`)
  nodes[0]!.child.kill('SIGCONT')
  const batch = [{ method: 'GET', path: `/qb/${name}?batch_size=1000` }]
  let stored: string[] = []
  await until('the node serves again', async () => {
    const [{ status, body }] = (await send(url, batch)) as [Answer]
    if (status === 200) stored = JSON.parse(body)
    return status === 200
  })
  t.ok(stored.length > 0, `${stored.length} of the pushes took effect`)
  t.equal(new Set(stored).size, stored.length)
})

test('a client that is closed while it asks where the slots are keeps no ' +
  'process alive', async t => {
  const { url, nodes } = await startCluster(t)
  const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
  const before = timers()
  const cluster = createRedis(url, 'presque')
  const asks = () => (cluster as unknown as { isRefreshing: boolean }).isRefreshing
  await redisReady(cluster, 5000)
  for (const { child } of nodes) child.kill('SIGSTOP')
  await until('it asks', asks, 5000)
  await closeRedis(cluster)
  await until('it has given up', () => !asks() && timers() === before, 10_000)
  t.equal(timers(), before)
  for (const { child } of nodes) child.kill('SIGCONT')
})
