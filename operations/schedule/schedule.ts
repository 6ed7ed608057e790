import type { Static } from '@sinclair/typebox'
import type { Schedule as ShownSchedule, ScheduleSettings } from '../../schemas/schedule.ts'
import { errors } from '../errors.ts'
import { scheduleKey } from '../redis/keys.ts'
import { script } from '../redis/script.ts'
import { checkTiming, tickAfter, type Timing } from './cron.ts'
import { milliseconds } from '../time.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'

// Members that may be left out may be undefined as well.
type Loose<Shape> = {
  [Name in keyof Shape]: Shape[Name] | (object extends Pick<Shape, Name> ? undefined : never)
}

/** When which job is pushed into which queue. Times in seconds; `payload` is JSON text. */
export type NewSchedule = Loose<Omit<Static<typeof ScheduleSettings>, 'payload'>> &
  { payload: string }

/** A schedule as clients see it; `payload` is JSON text. */
export type Schedule = Loose<Omit<Static<typeof ShownSchedule>, 'payload'>> & { payload: string }

/** The settings of a schedule in Redis; `every` in ms. */
export type StoredSchedule = Omit<NewSchedule, 'payload'> &
  Pick<Schedule, 'tz' | 'overlap' | 'catchup'>

/** The settings of a schedule but for the payload of its jobs; `every` in seconds. */
export type ScheduleRule = StoredSchedule

/**
 * The ticks of a schedule; times in ms.
 * - `recent`: a letter for each of the last 20: f for one that pushed a job, s for one that did not
 * - `since`: the first of those that have pushed no job up to the last one
 */
export interface TickState {
  next?: number
  last?: number
  job?: string
  fired?: number
  skipped?: number
  error?: string
  recent?: string
  since?: number
}

/** Throws when the caller may not use that queue. */
export type QueueGuard = (queue: string) => void

/** How many schedules there may be, unless the server sets another limit. */
const defaultLimit = 10_000

const scripts = {
  set: script<number>('set_schedule'),
  delete: script<number>('delete_schedule'),
  get: script<string[]>('get_schedules')
}

/**
 * Sets a schedule, from its next tick on. One that it replaces leaves its counts; the guard checks
 * the queues of both. Resolves with the settings of that one as well. Rejects with CRON_INVALID,
 * TZ_INVALID or SCHEDULES_FULL.
 */
export async function setSchedule (
  redis: RedisClient, name: string, { payload, ...wanted }: NewSchedule,
  guard: QueueGuard = () => {}, { now }: { now?: number } = {}
): Promise<{ before: ScheduleRule | null, schedule: Schedule }> {
  guard(wanted.queue)
  const stored = withDefaults(wanted)
  const time = milliseconds(now) ?? await clock(redis)
  checkTiming(stored, time)
  const next = tickAfter(stored, time)!
  const most = storeOf(redis).caps.schedules ?? defaultLimit
  const before = await change(redis, name, guard, async was => {
    const args = { name, was, is: JSON.stringify(stored), payload, next, most }
    return await scripts.set(redis, '', args)
  })
  const schedule = await getSchedule(redis, name) ?? shown(name, stored, { next }, payload)
  return { before: before === '' ? null : ruleOf(JSON.parse(before)), schedule }
}

function withDefaults (wanted: Omit<NewSchedule, 'payload'>): StoredSchedule {
  return {
    ...wanted,
    every: milliseconds(wanted.every),
    tz: wanted.tz ?? 'UTC',
    overlap: wanted.overlap ?? 'allow',
    catchup: wanted.catchup ?? 'none'
  }
}

/**
 * Deletes a schedule, and resolves with its settings. The guard checks its queue. Rejects with
 * NO_SUCH_SCHEDULE.
 */
export async function deleteSchedule (
  redis: RedisClient, name: string, guard: QueueGuard = () => {}
): Promise<ScheduleRule> {
  const was = await change(redis, name, guard, async was => {
    if (was === '') throw new errors.NO_SUCH_SCHEDULE()
    return await scripts.delete(redis, '', { name, was })
  })
  return ruleOf(JSON.parse(was))
}

// Changes only the settings that the guard has checked: another client may replace them meanwhile.
async function change (
  redis: RedisClient, name: string, guard: QueueGuard, attempt: (was: string) => Promise<number>
): Promise<string> {
  for (;;) {
    const was = await redis.hget(scheduleKey('schedules'), name) ?? ''
    if (was !== '') guard((JSON.parse(was) as StoredSchedule).queue)
    if (await attempt(was) === 1) return was
  }
}

/** A schedule, or null. */
export async function getSchedule (redis: RedisClient, name: string): Promise<Schedule | null> {
  return parse(await scripts.get(redis, '', { names: [name] }))[0] ?? null
}

/**
 * A schedule whose ticks put no job in. Epoch seconds.
 * - `error`: why the last tick put none in; null if it did
 * - `since`: when the last run of such ticks began
 * - `ticks`, `skipped`: how many of the last ticks are known, and how many of them put none in
 */
export interface SkippingSchedule {
  name: string
  queue: string
  error: string | null
  since: number | null
  ticks: number
  skipped: number
}

// A quarter of the ticks that are known.
const fewestSkipped = 5

const ticksPerCommand = 500

/**
 * The schedules whose last tick put no job in, or five of the last 20; `limit` at most. Reads no
 * payload.
 */
export async function skippingSchedules (
  redis: RedisClient, limit: number
): Promise<SkippingSchedule[]> {
  const found: SkippingSchedule[] = []
  let cursor = '0'
  do {
    const count = ['COUNT', ticksPerCommand] as const
    const [next, fields] = await redis.hscan(scheduleKey('turns'), cursor, ...count)
    const states = fields.flatMap((name, i) => {
      return i % 2 === 0 ? [{ name, ...(JSON.parse(fields[i + 1]!) as TickState) }] : []
    })
    const skipping = states.filter(isSkipping)
    if (skipping.length > 0) found.push(...await withQueues(redis, skipping))
    cursor = next
  } while (cursor !== '0' && found.length < limit)
  return found.slice(0, limit)
}

function isSkipping ({ error, recent = '' }: TickState): boolean {
  return error !== undefined || skippedIn(recent) >= fewestSkipped
}

function skippedIn (recent: string): number {
  return recent.split('s').length - 1
}

async function withQueues (
  redis: RedisClient, skipping: Array<TickState & { name: string }>
): Promise<SkippingSchedule[]> {
  const names = skipping.map(({ name }) => name)
  const rules = await redis.hmget(scheduleKey('schedules'), ...names)
  return skipping.flatMap(({ name, since, error = null, recent = '' }, i) => {
    if (rules[i] == null) return []
    const { queue } = JSON.parse(rules[i]!) as StoredSchedule
    const facts = { since: seconds(since), ticks: recent.length, skipped: skippedIn(recent) }
    return [{ name, queue, error, ...facts }]
  })
}

/** The timings of the schedules of each queue, of the first thousand that Redis finds. */
export type Timings = Map<string, Timing[]>

const timingsOfQueue = 1000

/** The timings of all schedules. Reads no payload. */
export async function allTimings (redis: RedisClient): Promise<Timings> {
  const found: Timings = new Map()
  const seen = new Set<string>()
  let cursor = '0'
  do {
    const count = ['COUNT', ticksPerCommand] as const
    const [next, fields] = await redis.hscan(scheduleKey('schedules'), cursor, ...count)
    for (let i = 0; i < fields.length; i += 2) {
      // A scan may find a name twice.
      if (seen.has(fields[i]!)) continue
      seen.add(fields[i]!)
      const { queue, cron, tz, every } = JSON.parse(fields[i + 1]!) as StoredSchedule
      const timings = found.get(queue) ?? []
      found.set(queue, timings)
      if (timings.length < timingsOfQueue) timings.push({ cron, tz, every })
    }
    cursor = next
  } while (cursor !== '0')
  return found
}

/** A page of the schedules whose queue the caller sees, by name, and how many there are. */
export async function listSchedules (
  redis: RedisClient, sees: (queue: string) => boolean,
  { offset, limit }: { offset: number, limit: number }
): Promise<{ schedules: Schedule[], size: number }> {
  const all = Object.entries(await redis.hgetall(scheduleKey('schedules')))
  const seen = all.filter(([, stored]) => sees((JSON.parse(stored) as StoredSchedule).queue))
  const names = seen.map(([name]) => name).sort()
  const page = await scripts.get(redis, '', { names: names.slice(offset, offset + limit) })
  return { schedules: parse(page).filter(({ queue }) => sees(queue)), size: names.length }
}

function parse (fields: string[]): Schedule[] {
  return Array.from({ length: fields.length / 4 }, (_, i) => {
    const four = fields.slice(4 * i) as [string, string, string, string]
    const [name, stored, state, payload] = four
    return shown(name, JSON.parse(stored), JSON.parse(state), payload)
  })
}

function shown (
  name: string, stored: StoredSchedule, state: TickState, payload: string
): Schedule {
  return {
    name,
    ...ruleOf(stored),
    next_at: seconds(state.next),
    last_at: seconds(state.last),
    last_job: state.job ?? null,
    fired: state.fired ?? 0,
    skipped: state.skipped ?? 0,
    last_error: state.error ?? null,
    payload
  }
}

function ruleOf ({ every, ...stored }: StoredSchedule): ScheduleRule {
  return { ...stored, ...(every !== undefined && { every: every / 1000 }) }
}

function seconds (ms: number | undefined): number | null {
  return ms === undefined ? null : ms / 1000
}

/** The time of Redis, in ms. */
export async function clock (redis: RedisClient): Promise<number> {
  const [seconds, micros] = await redis.time()
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
}
