import type { History as QueueHistory, LastHour } from '../../schemas/history.ts'
import { commonKey, queueKey } from '../redis/keys.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'
import type { Summary } from './summary.ts'

/** The state of a queue at each of `times`, in epoch seconds. */
export type History = Omit<QueueHistory, 'queue'>

/** `since`: when the oldest waiting job could have run, in epoch seconds; 0 when none waits. */
type Sample = [
  minute: number, waiting: number, active: number, failed: number, since: number,
  pushed: number, processed: number, retrying: number, failures: number, lost: number
]

/** The seconds of a period of the history: a minute, or an hour. */
type Step = 60 | 3600

// How far back the history goes, in minutes.
const minutesBack = { 60: 1440, 3600: 90 * 1440 }

const sampleEveryMs = 30_000

const sampling = script<number>('sample_queue')

/** true for one of all servers, in each half minute. */
export async function mayTakeSamples (redis: RedisClient): Promise<boolean> {
  const key = commonKey('sampled')
  if (await redis.set(key, '1', 'PX', sampleEveryMs, 'NX') === 'OK') return true
  // After the clock of Redis was put back, the key would stay for as long as that. It is harmless
  // that two servers sample at once.
  if (await redis.pttl(key) <= sampleEveryMs) return false
  return await redis.set(key, '1', 'PX', sampleEveryMs) === 'OK'
}

/** Records a sample of each queue. The script stores it if it differs from the one before. */
export async function takeSamples (
  redis: RedisClient, { time, queues }: Summary, { now }: { now?: number } = {}
): Promise<void> {
  for (const { queue, counts, oldest_age: age, pushed, processed, ...more } of queues) {
    // To ten seconds: the same oldest job is the same sample a minute later.
    const since = age === null ? 0 : Math.round((time - age) / 10) * 10
    const { waiting, active, failed, retrying } = counts
    const ended = [pushed, processed, retrying, more.failed, more.lost]
    const facts = [waiting, active, failed, since, ...ended].join(' ')
    await sampling(redis, queue, { facts, now: milliseconds(now) })
  }
}

/**
 * The samples of the last day, or the last one of each hour of 90 days. Between two samples of a
 * day the queue was as in the first.
 */
export async function history (
  redis: RedisClient, queue: string,
  { now = Date.now() / 1000, step = 60 }: { now?: number, step?: Step } = {}
): Promise<History> {
  const last = Math.floor(now / 60)
  const samples = await readSamples(redis, queue, 0, step)
  const begin = last - minutesBack[step]
  const all = fillGaps(samples, { begin, last, step }).filter(([minute]) => minute > begin)
  return {
    times: all.map(([minute]) => minute * 60),
    waiting: all.map(sample => sample[1]),
    active: all.map(sample => sample[2]),
    failed: all.map(sample => sample[3]),
    oldest_age: all.map(([minute, , , , since]) => {
      return since === 0 ? 0 : Math.max(0, minute * 60 - since)
    }),
    pushed: all.map(sample => sample[5]),
    processed: all.map(sample => sample[6]),
    retrying: all.map(sample => sample[7]),
    failures: all.map(sample => sample[8]),
    lost: all.map(sample => sample[9])
  }
}

/** How a queue stood at the end of a minute; counters since it was made. */
export interface Minute {
  /** Epoch seconds. */
  at: number
  waiting: number
  pushed: number
  processed: number
  failures: number
  lost: number
}

/**
 * How a queue stood at each of the last minutes that are on record, the oldest first: `count` at
 * most, and none before its first sample.
 */
export async function lastMinutes (
  redis: RedisClient, queue: string, count: number, { now = Date.now() / 1000 } = {}
): Promise<Minute[]> {
  const samples = await readSamples(redis, queue, -count)
  const last = Math.floor(now / 60)
  return samples.flatMap((sample, i) => {
    const end = Math.min(samples[i + 1]?.[0] ?? last + 1, last + 1)
    const first = Math.max(sample[0], last + 1 - count)
    return Array.from({ length: Math.max(0, end - first) }, (_, n) => minuteOf(sample, first + n))
  })
}

function minuteOf (sample: Sample, minute: number): Minute {
  const [, waiting, , , , pushed, processed, , failures, lost] = sample
  return { at: minute * 60, waiting, pushed, processed, failures, lost }
}

async function readSamples (
  redis: RedisClient, queue: string, from: number, step: Step = 60
): Promise<Sample[]> {
  const key = queueKey(queue, step === 60 ? 'history' : 'history_hours')
  const texts = await redis.lrange(key, from, '-1')
  return withFailures(texts.map(text => text.split(' ').map(Number)))
}

// Older versions noted nothing of failures. Their samples repeat the counters of the next one that
// does, so that no failure seems to have happened when servers were replaced.
function withFailures (samples: number[][]): Sample[] {
  let known = [0, 0, 0]
  return samples.reverse().map(sample => {
    const [, failures = known[1]!, lost = known[2]!] = sample.slice(7)
    known = [sample[7] ?? 0, failures, lost]
    return [...sample.slice(0, 7), ...known] as Sample
  }).reverse()
}

interface Gaps { begin: number, last: number, step: Step }

// Repeats a sample that stood for several periods: at the first of them, and at the last.
function fillGaps (samples: Sample[], { begin, last, step }: Gaps): Sample[] {
  return samples.flatMap((sample, i) => {
    const [minute, ...facts] = sample
    // A sample of the minute that runs may still come: until then it is not known.
    const next = samples[i + 1]?.[0] ?? last
    const first = Math.max(minute, begin + 1)
    const more = [first, next - step / 60].filter((at, n) => {
      return at > minute && at < next && (n === 0 || at > first)
    })
    return [sample, ...more.map((at): Sample => [at, ...facts])]
  })
}

/** How many jobs a second were pushed, processed and failed, in the last recorded minute. */
type Rate = LastHour['rates'][string]

// Other clients of Redis have a turn between two batches.
const queuesAtOnce = 50

/**
 * The last hour of some queues.
 * - `queues`: how many jobs waited, minute by minute; no entry where none did
 * - `rates`: of the last minute; no entry where no job was pushed, was processed or failed
 */
export async function lastHour (
  redis: RedisClient, names: string[], { now = Date.now() / 1000 }: { now?: number } = {}
): Promise<LastHour> {
  const last = Math.floor(now / 60)
  const found: LastHour = { queues: {}, rates: {} }
  const read = async (name: string): Promise<void> => {
    const samples = await readSamples(redis, name, -60)
    found.queues[name] = waitingByMinute(samples, last)
    found.rates[name] = lastRate(samples, last)
  }
  for (let i = 0; i < names.length; i += queuesAtOnce) {
    await Promise.all(names.slice(i, i + queuesAtOnce).map(read))
  }
  const hasWaited = (waiting: number[]) => waiting.some(count => count > 0)
  return {
    queues: inOrder(names, found.queues, hasWaited),
    rates: inOrder(names, found.rates, rate => Object.values(rate).some(value => value > 0))
  }
}

// The nodes of a Cluster answer in an order of their own.
function inOrder<Entry> (
  names: string[], found: Record<string, Entry>, keep: (entry: Entry) => boolean
): Record<string, Entry> {
  const kept = names.filter(name => keep(found[name]!))
  return Object.fromEntries(kept.map(name => [name, found[name]!]))
}

// A queue that changes has a sample each minute: one of before the last two minutes tells that the
// queue has not changed since.
function lastRate (samples: Sample[], last: number): Rate {
  const [before, sample] = samples.slice(-2)
  if (sample === undefined || sample[0] < last - 1) return { pushed: 0, processed: 0, failures: 0 }
  const rate = (i: 5 | 6 | 8) => Math.max(0, sample[i] - before![i]) / 60
  return { pushed: rate(5), processed: rate(6), failures: rate(8) }
}

function waitingByMinute (samples: Sample[], last: number): number[] {
  let next = 0
  let waiting = 0
  return Array.from({ length: 60 }, (_, i) => {
    const minute = last - 59 + i
    for (; next < samples.length && samples[next]![0] <= minute; next++) {
      waiting = samples[next]![1]
    }
    return waiting
  })
}
