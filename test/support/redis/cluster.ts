import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { accepting, freePort, runRedis, stopRedis, type Ending } from './redis.ts'
import { until } from '../until.ts'

export interface TestNode {
  port: number
  bus: number
  /** The process that runs now. */
  child: ReturnType<typeof runRedis>
  admin: Redis
  /** Starts it again where it was, with its data. */
  start(): Promise<void>
}

export interface TestCluster {
  url: string
  nodes: TestNode[]
}

/**
 * A Redis Cluster of three masters of this test alone, gone with it. Resolves once all of them call
 * it whole.
 */
export async function startCluster (t: Ending): Promise<TestCluster> {
  const nodes = await startNodes(t, 3, ['--cluster-node-timeout', '5000'])
  await share(nodes)
  await until('the cluster is whole', async () =>
    (await Promise.all(nodes.map(async node => await isWhole(node, 3)))).every(Boolean)
  )
  return { url: address(nodes), nodes }
}

// In ms: so long is a master missed before its replica takes its place. Long enough for a busy
// machine.
const missed = 1500

/** The same with a replica of each: the nodes 3, 4 and 5 are those of 0, 1 and 2. */
export async function startReplicatedCluster (t: Ending): Promise<TestCluster> {
  const nodes = await startNodes(t, 6, [
    '--cluster-node-timeout',
    String(missed),
    '--cluster-require-full-coverage',
    'no',
    '--cluster-replica-validity-factor',
    '0',
    '--repl-diskless-sync-delay',
    '0'
  ])
  await share(nodes)
  await until('all know each other', async () =>
    (await Promise.all(nodes.map(async node => await isWhole(node, 6)))).every(Boolean)
  )
  await Promise.all(
    nodes.slice(3).map(async ({ admin }, i) => {
      await admin.call(
        'CLUSTER',
        'REPLICATE',
        String(await nodes[i]!.admin.call('CLUSTER', 'MYID'))
      )
    })
  )
  await until('each master has its replica', async () =>
    (await Promise.all(nodes.slice(0, 3).map(hasReplica))).every(Boolean)
  )
  await until('all have heard of it', async () =>
    (await Promise.all(nodes.map(knowsReplicas))).every(Boolean)
  )
  return { url: address(nodes), nodes }
}

function address (nodes: TestNode[]): string {
  return `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`
}

async function startNodes (t: Ending, count: number, flags: string[]): Promise<TestNode[]> {
  return await Promise.all(Array.from({ length: count }, async () => await startNode(t, flags)))
}

// The first three share the slots.
async function share (nodes: TestNode[]): Promise<void> {
  await Promise.all(
    nodes.map(async ({ admin }, i) => {
      await admin.cluster('SET-CONFIG-EPOCH', i + 1)
      if (i < 3) {
        await admin.call(
          'CLUSTER',
          'ADDSLOTSRANGE',
          Math.ceil((16384 * i) / 3),
          Math.ceil((16384 * (i + 1)) / 3) - 1
        )
      }
    })
  )
  for (const { port, bus } of nodes.slice(1)) {
    await nodes[0]!.admin.call('CLUSTER', 'MEET', '127.0.0.1', port, bus)
  }
}

async function startNode (t: Ending, more: string[]): Promise<TestNode> {
  const folder = mkdtempSync(join(tmpdir(), 'presque-'))
  const [port, bus] = await Promise.all([freePort(), freePort()])
  const flags = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--cluster-enabled',
    'yes',
    '--cluster-port',
    String(bus),
    ...more
  ]
  const admin = new Redis({ port, lazyConnect: true }).on('error', () => {})
  const node: TestNode = {
    port,
    bus,
    admin,
    child: runRedis(flags),
    start: async () => await accepting((node.child = runRedis(flags)))
  }
  t.teardown(async () => {
    admin.disconnect()
    await stopRedis(node.child)
    rmSync(folder, { recursive: true, force: true })
  })
  await accepting(node.child)
  return node
}

async function isWhole ({ admin }: TestNode, count: number): Promise<boolean> {
  const info = (await admin.cluster('INFO')) as string
  return (
    info.includes('cluster_state:ok') &&
    info.includes(`cluster_known_nodes:${count}\r`) &&
    info.includes('cluster_size:3\r')
  )
}

async function hasReplica ({ admin }: TestNode): Promise<boolean> {
  return /slave0:.*state=online/.test(await admin.info('replication'))
}

async function knowsReplicas ({ admin }: TestNode): Promise<boolean> {
  return (
    ((await admin.cluster('NODES')) as string).match(/slave [0-9a-f]{40} .* connected/g)?.length ===
    3
  )
}

/**
 * Moves a slot and its keys from one of the nodes to another, as `redis-cli --cluster reshard`
 * does.
 */
export async function moveSlot (
  nodes: TestNode[],
  slot: number,
  from: number,
  to: number
): Promise<void> {
  const [source, target] = [nodes[from]!, nodes[to]!]
  const [sourceId, targetId] = await Promise.all(
    [source, target].map(async ({ admin }) => String(await admin.call('CLUSTER', 'MYID')))
  )
  await target.admin.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', sourceId!)
  await source.admin.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', targetId!)
  for (;;) {
    const keys = (await source.admin.call('CLUSTER', 'GETKEYSINSLOT', slot, 10)) as string[]
    if (keys.length === 0) break
    await source.admin.call('MIGRATE', '127.0.0.1', target.port, '', 0, 5000, 'KEYS', ...keys)
  }
  for (const { admin } of [target, source, ...nodes.slice(0, 3)]) {
    await admin.call('CLUSTER', 'SETSLOT', slot, 'NODE', targetId!)
  }
}
