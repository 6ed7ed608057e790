import type { Latency } from '../../schemas/latency.ts'
import { queueKey } from '../redis/keys.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'
import { bucketCount, bucketOf } from './latency-bucket.ts'

// Of more queues in one minute a process counts nothing: it is 4 kB of memory for each.
const mostQueues = 2000

// A call takes up to 0.6 ms, and other clients of Redis have a turn between two batches.
const queuesAtOnce = 5

interface Counts { waits: Uint32Array, runs: Uint32Array }

const recording = script<number>('record_latencies')

/**
 * How long jobs waited and ran, as this process saw it. It costs a job no call to Redis: flush()
 * adds the counts to those of other processes.
 */
export class Latencies {
  #queues = new Map<string, Counts>()

  /** Counts waits in ms: from when a job was ready to its first delivery. */
  waited (queue: string, waits: number[]): void {
    if (waits.length === 0) return
    const counts = this.#of(queue)
    if (counts === null) return
    for (const ms of waits) counts.waits[bucketOf(ms)]!++
  }

  /** Counts runs in ms: from a delivery on lease to its ack or nack. */
  ran (queue: string, runs: number[]): void {
    if (runs.length === 0) return
    const counts = this.#of(queue)
    if (counts === null) return
    for (const ms of runs) counts.runs[bucketOf(ms)]!++
  }

  /** Adds all that it has counted since the last call to the minute that has just ended. */
  async flush (redis: RedisClient, { now }: { now?: number } = {}): Promise<void> {
    const all = [...this.#queues]
    this.#queues = new Map()
    for (let i = 0; i < all.length; i += queuesAtOnce) {
      await Promise.all(all.slice(i, i + queuesAtOnce).map(async ([queue, { waits, runs }]) => {
        const args = { waits: textOf(waits), runs: textOf(runs), now: milliseconds(now) }
        await recording(redis, queue, args)
      }))
    }
  }

  #of (queue: string): Counts | null {
    const known = this.#queues.get(queue)
    if (known !== undefined) return known
    if (this.#queues.size >= mostQueues) return null
    const made = { waits: new Uint32Array(bucketCount), runs: new Uint32Array(bucketCount) }
    this.#queues.set(queue, made)
    return made
  }
}

function textOf (counts: Uint32Array): string {
  const texts: string[] = []
  counts.forEach((count, bucket) => {
    if (count > 0) texts.push(`${bucket}=${count}`)
  })
  return texts.join(',')
}

/** The seconds of a period, and for how many of them latencies are kept. */
export type Step = Latency['step']

const kept = { 60: 86_400, 3600: 90 * 86_400 }

interface Period { at: number, numbers: number[] }

/** How long jobs of a queue waited and ran, in each minute or hour in which there were some. */
export async function latency (
  redis: RedisClient, queue: string, step: Step, { now = Date.now() / 1000 } = {}
): Promise<Omit<Latency, 'queue'>> {
  const key = queueKey(queue, step === 60 ? 'latency' : 'latency_hours')
  const all = periodsIn(await redis.lrange(key, 0, '-1'), step)
  const periods = all.filter(({ at }) => at > now - kept[step])
  return {
    step,
    times: periods.map(({ at }) => at),
    wait: quantilesIn(periods, 0),
    run: quantilesIn(periods, 4)
  }
}

function periodsIn (elements: string[], step: Step): Period[] {
  return elements.map(element => {
    const [number = 0, ...numbers] = element.split(';', 1)[0]!.split(' ').map(Number)
    return { at: number * step, numbers }
  })
}

function quantilesIn (periods: Period[], first: number): Latency['wait'] {
  const column = (i: number) => periods.map(({ numbers }) => {
    return numbers[first] === 0 ? null : numbers[first + i]! / 1000
  })
  return {
    count: periods.map(({ numbers }) => numbers[first]!),
    p50: column(1),
    p95: column(2),
    p99: column(3)
  }
}
