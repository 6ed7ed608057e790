import { commonKey, queueKey } from '../redis/keys.ts'
import { script } from '../redis/script.ts'
import { milliseconds } from '../time.ts'
import type { RedisClient } from '../redis/store.ts'
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

// In ms.
const pause = 30_000

const scripts = { sample: script<number>('sample_queue') }

/** true for one server of all, in each half minute. */
export async function mayTakeSamples (redis: RedisClient): Promise<boolean> {
  if (await redis.set(commonKey('sampled'), '1', 'PX', pause, 'NX') === 'OK') return true
  // The clock of Redis was put back, and it would be kept for so much longer. Two servers at once do no harm.
  if (await redis.pttl(commonKey('sampled')) <= pause) return false
  return await redis.set(commonKey('sampled'), '1', 'PX', pause) === 'OK'
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
    // The minute that runs may still be noted: until then it is not known.
    const next = samples[i + 1]?.[0] ?? last
    const first = Math.max(minute, last - day + 1)
    const more = [first, next - 1].filter((at, n) => at > minute && at < next && (n === 0 || at > first))
    return [sample, ...more.map((at): Sample => [at, ...facts])]
  })
}

/** How many jobs a second were put in and processed, over the last minute that was noted. */
export interface Rate { pushed: number, processed: number }

// So many queues at once: whoever else asks Redis has a turn between two handfuls.
const handful = 50

/**
 * How the queues stood over the last hour.
 * - `queues`: how many jobs waited, minute by minute; of queues in which none did, nothing
 * - `rates`: of the last minute; of queues in which nothing went in or out, nothing
 */
export interface LastHour { queues: Record<string, number[]>, rates: Record<string, Rate> }

export async function lastHour (redis: RedisClient, names: string[], { now = Date.now() / 1000 }: { now?: number } = {}): Promise<LastHour> {
  const last = Math.floor(now / 60)
  const found: LastHour = { queues: {}, rates: {} }
  const look = async (name: string): Promise<void> => {
    const texts = await redis.lrange(queueKey(name, 'history'), '-60', '-1')
    const samples = texts.map(text => text.split(' ').map(Number) as Sample)
    found.queues[name] = minutes(samples, last)
    found.rates[name] = lastRate(samples, last)
  }
  for (let i = 0; i < names.length; i += handful) await Promise.all(names.slice(i, i + handful).map(look))
  return {
    queues: ordered(names, found.queues, waiting => waiting.some(count => count > 0)),
    rates: ordered(names, found.rates, ({ pushed, processed }) => pushed > 0 || processed > 0)
  }
}

// In the order of their names: the nodes of a Cluster answer in an order of their own.
function ordered<Told> (names: string[], found: Record<string, Told>, isWorthTelling: (told: Told) => boolean): Record<string, Told> {
  return Object.fromEntries(names.filter(name => isWorthTelling(found[name]!)).map(name => [name, found[name]!]))
}

// A sample is noted once a minute while something changes: one of before the last two minutes tells
// that nothing has since.
function lastRate (samples: Sample[], last: number): Rate {
  const [before, sample] = samples.slice(-2)
  if (sample === undefined || sample[0] < last - 1) return { pushed: 0, processed: 0 }
  const rate = (i: 5 | 6) => Math.max(0, sample[i] - before![i]) / 60
  return { pushed: rate(5), processed: rate(6) }
}

function minutes (samples: Sample[], last: number): number[] {
  let next = 0
  let waiting = 0
  return Array.from({ length: 60 }, (_, i) => {
    for (; next < samples.length && samples[next]![0] <= last - 59 + i; next++) waiting = samples[next]![1]
    return waiting
  })
}
