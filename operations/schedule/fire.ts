import { errors } from '../errors.ts'
import { options } from '../job/push.ts'
import { commonKey, scheduleKey } from '../redis/keys.ts'
import { QueueLimit } from '../queue/queue-limit.ts'
import { randomLetters } from '../seed.ts'
import { replicated } from '../redis/replication.ts'
import { script } from '../redis/script.ts'
import { lastTick, tickAfter } from './cron.ts'
import { milliseconds } from '../time.ts'
import type { StoredSchedule, TickState } from './schedule.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'

/** A due schedule that one server claimed, for a second. Times in ms. */
export interface Claim { name: string, stored: StoredSchedule, state: TickState, payload: string }

/** Why a tick pushed a job, or pushed none. */
type Outcome = 'new' | 'overlap' | 'full' | 'past' | 'missed' | 'refused'

/**
 * The result of a tick. Times in ms.
 * - `at`: the tick
 * - `next`: the tick after it
 * - `job`: the id of its job; of the last one for 'overlap', '0' where there is none
 * - `error`: why it pushed no job
 */
export interface Fired {
  at: number
  next: number | null
  outcome: Outcome
  job: string
  error: string
}

interface Now { now?: number | undefined }

/** A tick that is later than this was missed: no server was there to fire it. */
export const graceMs = 60_000

// A queue knows a tick for this time after the next one; then no server fires it again.
const monthMs = 30 * 86_400_000

const claimedAtOnce = 100

type ClaimReply = [now: number, next: number, isDue: number, ...fields: string[]]

interface Claimed { claims: Claim[], time: number, again: number | null, isOperationDue: boolean }

const scripts = {
  claim: script<ClaimReply>('claim_schedules'),
  fire: script<[outcome: Outcome, job: string]>('fire_schedule'),
  advance: script<number>('advance_schedule')
}

/**
 * Claims some of the due schedules. Returns
 * - `claims`
 * - `time`: the time of Redis, in ms
 * - `again`: when to claim again, in ms; null where that is unknown
 * - `isOperationDue`: whether a server must look at an operation
 */
export async function claim (
  redis: RedisClient, { now, limit = claimedAtOnce }: Now & { limit?: number } = {}
): Promise<Claimed> {
  const args = { now: milliseconds(now), limit }
  const [time, next, due, ...fields] = await scripts.claim(redis, '', args)
  const claims = Array.from({ length: fields.length / 4 }, (_, i) => {
    const four = fields.slice(4 * i) as [string, string, string, string]
    const [name, stored, state, payload] = four
    return { name, stored: JSON.parse(stored), state: JSON.parse(state), payload }
  })
  return { claims, time, again: next < 0 ? null : next, isOperationDue: due === 1 }
}

/**
 * Pushes the job of a tick, as it is at `time` (ms). A second call, on whichever server, pushes
 * nothing and returns the same: so a server that dies before advance() loses nothing. A full queue
 * or a full Redis is a result.
 */
export async function fire (
  redis: RedisClient, claimed: Claim, time: number, { now }: Now = {}
): Promise<Fired> {
  const { stored, state } = claimed
  const isLate = time - state.next! > graceMs
  // Ticks that are less late are fired one by one, after all that were missed.
  const at = isLate ? lastTick(stored, state.next!, time - graceMs - 1) : state.next!
  const next = tickAfter(stored, at)
  if (isLate && stored.catchup === 'none') {
    return { at, next, outcome: 'missed', job: '0', error: missedSince(state.next!) }
  }
  try {
    const [outcome, job] = await pushJob(redis, claimed, at, next, now)
    return { at, next, outcome, job, error: errorOf(outcome, job) }
  } catch (error) {
    const isFull = error instanceof errors.REDIS_FULL || error instanceof errors.QUEUES_FULL
    if (!isFull) throw error
    return { at, next, outcome: 'refused', job: '0', error: error.message }
  }
}

async function pushJob (
  redis: RedisClient, { name, stored, payload }: Claim, tick: number, next: number | null,
  now: number | undefined
): Promise<[outcome: Outcome, job: string]> {
  const { queue, overlap } = stored
  const args = {
    now: milliseconds(now),
    name,
    tick,
    known_until: (next ?? tick) + monthMs,
    overlap,
    options: JSON.stringify(options({ ...stored, payload }) ?? {}),
    fresh_seed: randomLetters(),
    payload
  }
  const store = storeOf(redis)
  await store.part(QueueLimit).admit(queue)
  const push = async (client: RedisClient) => await scripts.fire(client, queue, args)
  const [outcome, job] = await replicated(redis, queue, push)
  if (outcome === 'new') {
    store.meter?.pushed(queue, 1)
    // Before the schedule advances: a purge may have deleted the name just now.
    await redis.sadd(commonKey('queues'), queue)
  }
  return [outcome, job]
}

/** Moves a schedule to its next tick, and counts this one. Returns true on one server only. */
export async function advance (
  redis: RedisClient, { name, state }: Claim, { at, next, outcome, job, error }: Fired
): Promise<boolean> {
  const args = {
    name, tick: state.next!, at, next: next ?? '', outcome: counterOf(outcome), job, error
  }
  return await scripts.advance(redis, '', args) === 1
}

function counterOf (outcome: Outcome): 'fired' | 'skipped' | '' {
  if (outcome === 'new') return 'fired'
  return outcome === 'past' || outcome === 'missed' ? '' : 'skipped'
}

// Schedules that one request reads.
const pageSize = 100

/**
 * Corrects schedules whose next tick lies further ahead than it can, after the clock of Redis was
 * put back. Any server may do that at any time.
 */
export async function rewind (redis: RedisClient, time: number): Promise<void> {
  for (let start = 0; ; start += pageSize) {
    const end = String(start + pageSize - 1)
    const found = await redis.zrange(scheduleKey('upcoming'), start, end, 'WITHSCORES')
    if (found.length === 0) return
    const names = found.filter((_, i) => i % 2 === 0)
    const stored = await redis.hmget(scheduleKey('schedules'), ...names)
    const states = await redis.hmget(scheduleKey('turns'), ...names)
    for (const [i, name] of names.entries()) {
      if (!stored[i] || !states[i]) continue
      const parsed = { stored: JSON.parse(stored[i]), state: JSON.parse(states[i]) }
      await rewindOne(redis, { name, ...parsed, payload: '' }, time, Number(found[2 * i + 1]))
    }
  }
}

async function rewindOne (
  redis: RedisClient, claimed: Claim, time: number, score: number
): Promise<void> {
  const { stored, state: { next: known = 0 } } = claimed
  const next = tickAfter(stored, time)
  // A server that claimed the schedule has it for a second.
  const isRight = next === null || (known <= next && score <= Math.max(known, time + 1000))
  if (isRight) return
  const past = { at: 0, next: Math.min(known, next), job: '0', error: '' }
  await advance(redis, claimed, { ...past, outcome: 'past' })
}

function errorOf (outcome: Outcome, job: string): string {
  if (outcome === 'full') return new errors.QUEUE_FULL().message
  return outcome === 'overlap' ? `job ${job}, the last one, is still in the queue` : ''
}

function missedSince (ms: number): string {
  return `missed from ${new Date(ms).toISOString()} on: no server was there`
}
