import { commonKey, queueKey } from './keys.ts'
import { queues } from './queue.ts'
import { script } from './script.ts'
import { milliseconds } from './time.ts'
import type { RedisClient } from './redis.ts'
import type { Summary } from './summary.ts'

/** How a queue stood at each of `times` (epoch seconds). */
export interface History {
  times: number[]
  waiting: number[]
  active: number[]
  failed: number[]
  oldest_age: number[]
  pushed: number[]
  processed: number[]
}

type Sample = [minute: number, waiting: number, active: number, failed: number, since: number, pushed: number, processed: number]

const day = 1440

const scripts = { sample: script<number>('sample') }

/** true for one server of all, in each half minute. */
export async function mayTakeSamples (redis: RedisClient): Promise<boolean> {
  return await redis.set(commonKey('sampled'), '1', 'PX', 30_000, 'NX') === 'OK'
}

/** Notes how all queues stand. A queue that stands as it did costs nothing. */
export async function takeSamples (redis: RedisClient, { time, queues }: Summary, { now }: { now?: number } = {}): Promise<void> {
  for (const { queue, counts, oldest_age: age, pushed, processed } of queues) {
    // To ten seconds: the same oldest job is the same fact a minute later.
    const since = age === null ? 0 : Math.round((time - age) / 10) * 10
    const facts = [counts.waiting, counts.active, counts.failed, since, pushed, processed].join(' ')
    await scripts.sample(redis, queue, { facts, now: milliseconds(now) })
  }
}

/** The samples of the last day. Between two of them nothing changed until a minute before the second. */
export async function history (redis: RedisClient, queue: string, { now = Date.now() / 1000 }: { now?: number } = {}): Promise<History> {
  const last = Math.floor(now / 60)
  const samples = (await redis.lrange(queueKey(queue, 'history'), 0, '-1')).map(text => text.split(' ').map(Number) as Sample)
  const all = filled(samples, last).filter(([minute]) => minute > last - day)
  return {
    times: all.map(([minute]) => minute * 60),
    waiting: all.map(sample => sample[1]),
    active: all.map(sample => sample[2]),
    failed: all.map(sample => sample[3]),
    oldest_age: all.map(([minute, , , , since]) => since === 0 ? 0 : Math.max(0, minute * 60 - since)),
    pushed: all.map(sample => sample[5]),
    processed: all.map(sample => sample[6])
  }
}

// What was not noted because it had not changed, where it ended and where the day begins.
function filled (samples: Sample[], last: number): Sample[] {
  return samples.flatMap((sample, i) => {
    const [minute, ...facts] = sample
    const next = samples[i + 1]?.[0] ?? last + 1
    const first = Math.max(minute, last - day + 1)
    const more = [first, next - 1].filter((at, n) => at > minute && at < next && (n === 0 || at > first))
    return [sample, ...more.map((at): Sample => [at, ...facts])]
  })
}

/** How many jobs waited in each queue, minute by minute over the last hour; of queues in which none did, nothing. */
export async function lastHour (redis: RedisClient, { now = Date.now() / 1000 }: { now?: number } = {}): Promise<Record<string, number[]>> {
  const last = Math.floor(now / 60)
  const names = await queues(redis)
  const found: Array<[string, number[]]> = await Promise.all(names.map(async name => {
    const texts = await redis.lrange(queueKey(name, 'history'), '-60', '-1')
    return [name, minutes(texts.map(text => text.split(' ').map(Number) as Sample), last)]
  }))
  return Object.fromEntries(found.filter(([, waiting]) => waiting.some(count => count > 0)))
}

function minutes (samples: Sample[], last: number): number[] {
  let next = 0
  let waiting = 0
  return Array.from({ length: 60 }, (_, i) => {
    for (; next < samples.length && samples[next]![0] <= last - 59 + i; next++) waiting = samples[next]![1]
    return waiting
  })
}
