import type { Cluster } from 'ioredis'
import tap, { test } from 'tap'
import { asShipped, listen, patient } from '../../support/server/app.ts'
import { moveSlot, startReplicatedCluster, type TestNode } from '../../support/redis/cluster.ts'
import {
  checkAnswers,
  follows,
  names,
  prompt,
  recovery,
  serve,
  wakes,
  writable
} from '../../support/redis/failover.ts'
import type { Server } from '../../support/server/two-servers.ts'
import { send } from '../../support/http/request.ts'
import { Traffic } from '../../support/http/traffic.ts'
import { until } from '../../support/until.ts'

// One for all these tests: it takes some seconds to come together. The last one breaks it.
const started = startReplicatedCluster(tap)

async function slotOf (cluster: Cluster, key: string): Promise<number> {
  return (await cluster.cluster('KEYSLOT', key)) as number
}

// Over which a server hears of queues, as the nodes know them.
async function channels (nodes: TestNode[], { app }: Server): Promise<string[]> {
  const lists = await Promise.all(
    nodes.map(
      async ({ admin }) =>
        (await admin.call('PUBSUB', 'SHARDCHANNELS', `*:${app.longPoll.server}`)) as string[]
    )
  )
  return lists.flat()
}

test('while slots are moved from node to node, their queues are served, ' +
  'and no client hears of it', async t => {
  const { url, nodes } = await started
  const servers = await serve(t, url, 1, patient)
  const cluster = servers[0].app.redis as unknown as Cluster
  const moving = names.slice(0, 4)
  const traffic = new Traffic(
    servers.map(server => server.url),
    moving
  )
  await until('all queues are in use', () => traffic.taken.size > 50)
  for (const name of moving) {
    const slot = await slotOf(cluster, `{${name}}`)
    const from = Math.floor((slot * 3) / 16384)
    for (const step of [1, 2, 3]) {
      await moveSlot(nodes, slot, (from + step - 1) % 3, (from + step) % 3)
    }
  }
  await traffic.stop()
  t.same(traffic.heard.filter(({ status }) => ![200, 201, 404].includes(status)).slice(0, 3), [])
  t.same(
    [...traffic.accepted].filter(n => !traffic.taken.has(n)),
    [],
    `of ${traffic.accepted.size} jobs none is lost`
  )
  await wakes(t, servers, names)
  await until(
    'the nodes know who waits',
    async () => (await channels(nodes.slice(0, 3), servers[1])).length === names.length
  )
  const slowest = await wakes(t, servers, names)
  t.ok(slowest < prompt, `${names.length} who waited were woken within ${slowest} ms`)
})

test('a push asks the replicas of the node that keeps its queue, and of no other', async t => {
  const { url, nodes } = await started
  const { app, url: server } = await listen(
    t,
    { REDIS_URL: url, PRESQUE_MIN_REPLICAS: 1 },
    asShipped
  )
  const slots = await Promise.all(
    names.map(async name => await slotOf(app.redis as unknown as Cluster, `{${name}}`))
  )
  const pushes = names.map(name => ({ method: 'POST', path: `/q/${name}`, body: '{}' }))
  for (const frozen of [0, 1, 2]) {
    nodes[frozen + 3]!.child.kill('SIGSTOP')
    const answers = await send(server, pushes)
    nodes[frozen + 3]!.child.kill('SIGCONT')
    t.same(
      answers.map(({ status }) => status),
      slots.map(slot => (Math.floor((slot * 3) / 16384) === frozen ? 503 : 201))
    )
    await until('the replica has caught up', async () =>
      (await send(server, pushes)).every(({ status }) => status === 201)
    )
  }
  await send(
    server,
    names.map(name => ({ method: 'DELETE', path: `/q/${name}` }))
  )
})

test('when a master of a Cluster is killed, only its queues are refused, ' +
  'and only until its replica has taken over', async t => {
  const { url, nodes } = await started
  const servers = await serve(t, url, 0)
  const cluster = servers[0].app.redis as unknown as Cluster
  // The one that keeps the names of all queues, too.
  const victim = Math.floor(((await slotOf(cluster, 'presque:queues')) * 3) / 16384)
  const slots = await Promise.all(names.map(async name => await slotOf(cluster, `{${name}}`)))
  const hit = names.filter((_, i) => Math.floor((slots[i]! * 3) / 16384) === victim)
  const spared = names.filter(name => !hit.includes(name))
  t.ok(hit.length > 0 && spared.length > 3, `${hit.length} of ${names.length} queues`)
  const traffic = new Traffic(
    servers.map(server => server.url),
    names
  )
  await until('all queues are in use', () => traffic.taken.size > 100)
  t.same(
    traffic.heard.filter(({ status }) => status === 503),
    []
  )
  const killed = performance.now()
  nodes[victim]!.child.kill('SIGKILL')
  const back = await writable(nodes[victim + 3]!.port, `{${hit[0]}}`)
  await until('all queues are served again', () =>
    hit.every(name =>
      traffic.heard.some(({ queue, status, at }) => queue === name && status === 201 && at > back)
    )
  )
  await traffic.stop()
  const ms = recovery(traffic.heard, hit, back)
  t.comment(`a new master after ${Math.round(back - killed)} ms, served again ${ms} ms later`)
  t.ok(ms < follows, `the last 503 came ${ms} ms after the new master`)
  t.same(
    traffic.heard
      .filter(({ queue, status }) => status === 503 && spared.includes(queue))
      .slice(0, 3),
    [],
    'the other queues went on'
  )
  checkAnswers(t, traffic)
  const [here, there] = servers
  await wakes(t, [here, there], names)
  await until(
    'the new master knows who waits',
    async () => (await channels([nodes[victim + 3]!], there)).length === hit.length
  )
  const slowest = await wakes(t, [here, there], names)
  t.ok(slowest < prompt, `${names.length} who waited were woken within ${slowest} ms`)
})
