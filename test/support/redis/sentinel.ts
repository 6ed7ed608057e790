import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { accepting, freePort, runRedis, stopRedis, type Ending } from './redis.ts'
import { until } from '../until.ts'
import type { TestNode } from './cluster.ts'

export interface TestSentinels {
  url: string
  /** A master and two replicas, at the start in this order. */
  nodes: TestNode[]
  /** Where they are: the port of the master as the sentinels know it. */
  master(): Promise<number>
}

// In ms.
const missed = 1000

/**
 * A master, two replicas and three sentinels of this test alone, gone with it. Resolves once all
 * know each other.
 */
export async function startSentinels (t: Ending): Promise<TestSentinels> {
  const first = await startNode(t, [])
  const nodes = [
    first,
    ...(await Promise.all(
      [1, 2].map(async () => await startNode(t, ['--replicaof', `127.0.0.1 ${first.port}`]))
    ))
  ]
  await until(
    'the master has its replicas',
    async () => (await first.admin.info('replication')).match(/state=online/g)?.length === 2
  )
  const sentinels = await Promise.all([0, 1, 2].map(async () => await startSentinel(t, first.port)))
  const know = async () =>
    (await Promise.all(sentinels.map(async ({ admin }) => await admin.info('sentinel')))).every(
      info => /slaves=2,sentinels=3/.test(info)
    )
  await until('the sentinels know each other', know)
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/main`,
    nodes,
    master: async () =>
      Number(
        (
          (await sentinels[0]!.admin.call(
            'SENTINEL',
            'GET-MASTER-ADDR-BY-NAME',
            'main'
          )) as string[]
        )[1]
      )
  }
}

async function startNode (t: Ending, more: string[]): Promise<TestNode> {
  const folder = mkdtempSync(join(tmpdir(), 'presque-'))
  const port = await freePort()
  const flags = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--repl-diskless-sync-delay',
    '0',
    ...more
  ]
  return await run(t, folder, port, flags)
}

async function startSentinel (t: Ending, master: number): Promise<TestNode> {
  const folder = mkdtempSync(join(tmpdir(), 'presque-'))
  const port = await freePort()
  const file = join(folder, 'sentinel.conf')
  writeFileSync(
    file,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor main 127.0.0.1 ${master} 2`,
      `sentinel down-after-milliseconds main ${missed}`,
      'sentinel failover-timeout main 3000'
    ].join('\n')
  )
  return await run(t, folder, port, [file, '--sentinel'])
}

async function run (t: Ending, folder: string, port: number, flags: string[]): Promise<TestNode> {
  const admin = new Redis({ port, lazyConnect: true }).on('error', () => {})
  const node: TestNode = {
    port,
    bus: 0,
    admin,
    child: runRedis(flags),
    start: async () => await accepting((node.child = runRedis(flags)))
  }
  t.teardown(async () => {
    admin.disconnect()
    await stopRedis(node.child)
    rmSync(folder, { recursive: true, force: true })
  })
  await (flags.includes('--sentinel')
    ? until(
      'it answers',
      async () =>
        await admin.ping().then(
          () => true,
          () => false
        )
    )
    : accepting(node.child))
  node.child.stdout?.resume()
  return node
}
