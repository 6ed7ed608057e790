import { errors } from '../errors.ts'
import { options } from '../job/push.ts'
import { commonKey, scheduleKey } from '../redis/keys.ts'
import { QueueLimit } from '../queue/queue-limit.ts'
import { newGeneration } from '../job/receipt.ts'
import { replicated } from '../redis/replication.ts'
import { script } from '../redis/script.ts'
import { lastTick, tickAfter } from './cron.ts'
import { milliseconds } from '../time.ts'
import type { Kept, Turn } from './schedule.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'

/** A schedule that one server has taken up, for a second. Times in ms. */
export interface Claim { name: string, kept: Kept, turn: Turn, payload: string }

/** What came of a tick: `at` is the one that was fired, `next` the one to wait for. */
export interface Fired { at: number, next: number | null, outcome: 'new' | 'overlap' | 'full' | 'past' | 'missed' | 'refused', job: string, error: string }

/** A tick that is later than this, in ms, was missed: no server was there to fire it. */
export const grace = 60_000

// How long in ms after the next tick a queue still knows of one: by then nobody asks for it again.
const month = 30 * 86_400_000

const atOnce = 100

const scripts = {
  claim: script<[now: number, next: number, ...fields: string[]]>('claim_schedules'),
  fire: script<[outcome: Fired['outcome'], job: string]>('fire_schedule'),
  advance: script<number>('advance_schedule')
}

/** Takes up what is due, some of it; and tells the time, and when to look again (null: nobody knows), both in ms. */
export async function claim (redis: RedisClient, { now, limit = atOnce }: { now?: number | undefined, limit?: number } = {}): Promise<{ claims: Claim[], time: number, again: number | null }> {
  const [time, next, ...fields] = await scripts.claim(redis, '', { now: milliseconds(now), limit })
  const claims = Array.from({ length: fields.length / 4 }, (_, i) => {
    const [name, is, turn, payload] = fields.slice(4 * i) as [string, string, string, string]
    return { name, kept: JSON.parse(is) as Kept, turn: JSON.parse(turn) as Turn, payload }
  })
  return { claims, time, again: next < 0 ? null : next }
}

/**
 * Puts in the job of a schedule's tick, as it stood at `time` (ms). Done again, by whichever server, it adds nothing and tells the
 * same: so whoever dies before advance() loses nothing.
 */
export async function fire (redis: RedisClient, { name, kept, turn, payload }: Claim, time: number, { now }: { now?: number | undefined } = {}): Promise<Fired> {
  const isLate = time - turn.next! > grace
  // Those that are less late come one by one, after all that were missed.
  const at = isLate ? lastTick(kept, turn.next!, time - grace - 1) : turn.next!
  const next = tickAfter(kept, at)
  if (isLate && kept.catchup === 'none') return { at, next, outcome: 'missed', job: '0', error: missed(turn.next!) }
  const more = JSON.stringify(options({ ...kept, payload }) ?? {})
  const until = (next ?? at) + month
  try {
    await storeOf(redis).part(QueueLimit).admit(kept.queue)
    const [outcome, job] = await replicated(redis, kept.queue, async client => await scripts.fire(client, kept.queue,
      { now: milliseconds(now), name, tick: at, known_until: until, overlap: kept.overlap, options: more, fresh_seed: newGeneration(), payload }))
    if (outcome === 'new') {
      storeOf(redis).meter?.pushed(kept.queue, 1)
      // Before it moves on: a purge may have taken the name just now.
      await redis.sadd(commonKey('queues'), kept.queue)
    }
    return { at, next, outcome, job, error: reason(outcome, job) }
  } catch (error) {
    if (!(error instanceof errors.REDIS_FULL) && !(error instanceof errors.QUEUES_FULL)) throw error
    return { at, next, outcome: 'refused', job: '0', error: error.message }
  }
}

/** Moves a schedule on to its next tick, and counts what came of this one; true for the one server that does. */
export async function advance (redis: RedisClient, { name, turn }: Claim, { at, next, outcome, job, error }: Fired): Promise<boolean> {
  const counted = outcome === 'new' ? 'fired' : outcome === 'past' || outcome === 'missed' ? '' : 'skipped'
  return await scripts.advance(redis, '', { name, tick: turn.next!, at, next: next ?? '', outcome: counted, job, error }) === 1
}

// So many schedules are looked through with one request.
const page = 100

/**
 * Sets schedules right whose next tick lies further ahead than it can, since the clock of Redis was put back. Any server
 * may do that at any time.
 */
export async function rewind (redis: RedisClient, time: number): Promise<void> {
  for (let start = 0; ; start += page) {
    const found = await redis.zrange(scheduleKey('upcoming'), start, String(start + page - 1), 'WITHSCORES')
    const names = found.filter((_, i) => i % 2 === 0)
    if (names.length === 0) return
    const [kept, turns] = await Promise.all((['schedules', 'turns'] as const).map(async key => await redis.hmget(scheduleKey(key), ...names)))
    for (const [i, name] of names.entries()) {
      if (!kept![i] || !turns![i]) continue
      const claimed = { name, kept: JSON.parse(kept![i]) as Kept, turn: JSON.parse(turns![i]) as Turn, payload: '' }
      await rewindOne(redis, claimed, time, Number(found[2 * i + 1]))
    }
  }
}

async function rewindOne (redis: RedisClient, claimed: Claim, time: number, score: number): Promise<void> {
  const { kept, turn: { next: stored = 0 } } = claimed
  const next = tickAfter(kept, time)
  // A server that has taken it up keeps it for a second.
  if (next === null || (stored <= next && score <= Math.max(stored, time + 1000))) return
  await advance(redis, claimed, { at: 0, next: Math.min(stored, next), outcome: 'past', job: '0', error: '' })
}

function reason (outcome: Fired['outcome'], job: string): string {
  if (outcome === 'full') return new errors.QUEUE_FULL().message
  return outcome === 'overlap' ? `job ${job}, the last one, is still in the queue` : ''
}

function missed (since: number): string {
  return `missed from ${new Date(since).toISOString()} on: no server was there`
}
