import { Redis } from 'ioredis'
import { startReplicatedCluster, type TestNode } from '../../support/redis/cluster.ts'
import { startSentinels } from '../../support/redis/sentinel.ts'
import { until } from '../../support/until.ts'
import type { History, Violation } from './history/history.ts'

export type Place = 'sentinel' | 'cluster'

/** A Redis whose masters have replicas. */
export interface Replicated {
  url: string
  /** kill -9 of a master. Resolves once another has taken its place. */
  failOver(): Promise<void>
  stop(): Promise<void>
}

export async function startReplicated (place: Place): Promise<Replicated> {
  const stops: Array<() => unknown> = []
  const stop = async () => {
    await Promise.all(stops.map(one => one()))
  }
  const ending = {
    teardown: (one: () => unknown) => {
      stops.push(one)
    }
  }
  return { ...(await (place === 'cluster' ? cluster : sentinel)(ending)), stop }
}

type Ending = Parameters<typeof startReplicatedCluster>[0]

async function sentinel (ending: Ending): Promise<Omit<Replicated, 'stop'>> {
  const { url, nodes, master } = await startSentinels(ending)
  const failOver = async () => {
    const old = await master()
    const replicas = (
      await nodes.find(({ port }) => port === old)!.admin.info('replication')
    ).match(/state=online/g)
    if (replicas?.length !== 2) {
      throw new Error('a Sentinel group fails over once: a killed master stays dead')
    }
    nodes.find(({ port }) => port === old)!.child.kill('SIGKILL')
    await until('the sentinels have a new master', async () => (await master()) !== old)
    await writable(await master(), 'probe')
  }
  return { url, failOver }
}

// Each of the three in turn; a killed master comes back as the replica of the one that took its
// place.
async function cluster (ending: Ending): Promise<Omit<Replicated, 'stop'>> {
  const { url, nodes } = await startReplicatedCluster(ending)
  let next = 0
  const failOver = async () => {
    const pair = [nodes[next % 3]!, nodes[(next % 3) + 3]!]
    const [old, heir] = (next++ % 6 < 3 ? pair : pair.reverse()) as [TestNode, TestNode]
    old.child.kill('SIGKILL')
    await until('its replica has taken over', async () =>
      /role:master/.test(await heir.admin.info('replication'))
    )
    await old.start()
    await until('it is a replica', async () =>
      /state=online/.test(await heir.admin.info('replication'))
    )
  }
  return { url, failOver }
}

async function writable (port: number, key: string): Promise<void> {
  const probe = new Redis({ port, maxRetriesPerRequest: 0, retryStrategy: () => 5 }).on(
    'error',
    () => {}
  )
  await until(
    'there is a new master',
    async () =>
      await probe.set(key, 'x', 'PX', 1).then(
        () => true,
        () => false
      )
  )
  probe.disconnect()
}

// A push waits for a replica, and nothing else does. What a master did last it may take to the
// grave: the job is then as it was a moment ago, and goes on from there. So these rules do not hold
// of a job over a failover; all others do.
const notPromised: Record<string, string> = {
  'no job is held by two receipts': 'the take is forgotten: it is given again',
  'a delivery counts': 'its attempt is forgotten',
  'no more jobs are on lease than the concurrency allows': 'a lease is forgotten',
  'no more jobs are given out than the rate allows': 'the same',
  'a receipt in force is accepted': 'its delivery is forgotten',
  'a late receipt is accepted while no other worker has the job': 'the same',
  'a receipt is refused once the job has been given to another': 'the other delivery is forgotten',
  'a receipt ends its delivery once': 'its ack is forgotten, and may be repeated',
  'what has ended is touched no more': 'the end is forgotten',
  'what has ended is never delivered again': 'the same',
  'a job has one end': 'the first is forgotten',
  'a job that is there is found':
    'its delivery was answered before its push had a replica, and both are gone',
  'a push makes one job':
    'it was delivered before it had a replica, is gone, and is pushed again under another id',
  'an id belongs to one job': 'that id is given again',
  'three losses in a row are the end': 'a loss is forgotten',
  'the attempt never exceeds the tries': 'a delivery is forgotten',
  'no job is early': 'the nack that put it off is forgotten',
  'a unique key never has two unfinished jobs': 'a redrive is forgotten, and its key is free',
  'the counters say what happened': 'the last counts are forgotten',
  'only what a lost answer took is missing': 'deliveries are forgotten'
}

// A forgotten end leaves a job that ends twice, in two ways. That it ends at all is promised.
const forgiven = ({ rule, detail }: Violation): boolean =>
  rule in notPromised || (rule === 'a job ends in exactly one way' && detail !== 'it is lost')

/** Strikes out the rules that presque does not promise over a failover, and counts them. */
export function forgive (history: History): void {
  for (const { rule } of history.violations.filter(forgiven)) history.count(`not promised: ${rule}`)
  history.violations.splice(
    0,
    Infinity,
    ...history.violations.filter(violation => !forgiven(violation))
  )
}
