import { push } from '../../operations/job/push.ts'
import { take } from '../../operations/job/take.ts'
import { storeOf, type RedisClient } from '../../operations/redis/store.ts'
import { Roster } from '../../operations/worker/roster.ts'
import { register, unregister } from '../../operations/worker/worker.ts'
import { Random } from './random.ts'

/** A worker: `queue` is the one that it works on. `diedAt`: when it fell silent, in ms. */
export interface Pod { id: string, queue: string, diedAt: number | null }

export interface Fleet { workers: number, queues: number, hours: number }

// Of all workers, those that end in an hour: each lives for half a day.
const endShare = 1 / 12

const hourMs = 3_600_000
const atOnce = 200

/**
 * Workers whose pods end and come again under other names, hour by hour up to now. Half of them
 * unregister; the others fall silent. Each is heard of every hour, and the register is read now and
 * then. Resolves to those that work now, and those that have ended.
 */
export async function simulateFleet (
  redis: RedisClient, { workers, queues, hours }: Fleet, eachDay = async () => {}
): Promise<{ alive: Pod[], dead: Pod[] }> {
  const random = new Random(15)
  let now = Date.now() - hours * hourMs
  const roster = storeOf(redis).setPart(Roster, new Roster(redis, () => now))
  const dead: Pod[] = []
  // Each removes a hundred that have been silent for a day.
  const reads = 1 + Math.ceil(workers / 1000)
  let count = 0
  const start = async (): Promise<Pod> => {
    const pod = { id: `pod-${count++}`, queue: `queue-${random.below(queues)}`, diedAt: null }
    await begin(redis, pod, now)
    return pod
  }
  let alive = await inPieces(Array(workers).fill(0), start)
  for (let hour = 1; hour <= hours; hour++) {
    now += hourMs - 1000 * reads
    const ended = alive.filter(() => random.chance(endShare))
    const gone = new Set(ended)
    alive = alive.filter(pod => !gone.has(pod))
    dead.push(...await inPieces(ended, async pod => await end(redis, pod, now, random.chance(0.5))))
    await inPieces(alive, async ({ id, queue }) => roster.markSeen(queue, id))
    alive.push(...await inPieces(ended, start))
    for (let n = 0; n < reads; n++) {
      now += 1000
      await roster.ready()
    }
    if (hour % 24 === 0) await eachDay()
  }
  const present = storeOf(redis).setPart(Roster, new Roster(redis))
  for (const { id, queue } of alive) present.markSeen(queue, id)
  await present.ready()
  return { alive, dead }
}

async function begin (redis: RedisClient, { id, queue }: Pod, nowMs: number): Promise<void> {
  const now = nowMs / 1000
  await register(redis, queue, id, { version: '1.4.2', host: `node-${id.at(-1)}`, pid: 1 })
  await push(redis, queue, [{ payload: '{}' }], { now })
  await take(redis, queue, { worker: id, now })
}

async function end (
  redis: RedisClient, pod: Pod, now: number, inOrder: boolean
): Promise<Pod> {
  if (inOrder) await unregister(redis, pod.queue, pod.id)
  return { ...pod, diedAt: inOrder ? null : now - hourMs }
}

async function inPieces<One, Made> (
  all: One[], act: (one: One) => Promise<Made>
): Promise<Made[]> {
  const made: Made[] = []
  for (let i = 0; i < all.length; i += atOnce) {
    made.push(...await Promise.all(all.slice(i, i + atOnce).map(act)))
  }
  return made
}

/**
 * For how many ms Redis was busy at most while that ran, by its own count: the commands of a script
 * count twice.
 */
export async function busyMs (redis: RedisClient, run: () => Promise<unknown>): Promise<number> {
  await redis.config('RESETSTAT')
  await run()
  const stats = await redis.info('commandstats')
  const lines = [...stats.matchAll(/^cmdstat_(\w+)\S*:calls=\d+,usec=(\d+)/gm)]
  return lines.reduce((sum, [, , usec]) => sum + Number(usec), 0) / 1000
}
