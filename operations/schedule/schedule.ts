import { errors } from '../errors.ts'
import { scheduleKey } from '../redis/keys.ts'
import { script } from '../redis/script.ts'
import { checkTiming, tickAfter } from './cron.ts'
import { milliseconds } from '../time.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'

/** What goes in at each tick, when, and where. Times in seconds. */
export interface Schedule {
  queue: string
  cron?: string | undefined
  /** An IANA name; UTC if none is given. */
  tz?: string | undefined
  every?: number | undefined
  overlap?: 'skip' | 'allow' | undefined
  catchup?: 'none' | 'one' | undefined
  priority?: number | undefined
  tries?: number | undefined
  max_lost?: number | null | undefined
  ttl?: number | undefined
  keep?: number | undefined
  /** A JSON object, as text. */
  payload: string
}

/** A schedule, and what has come of its ticks. */
export interface ScheduleDocument extends Schedule {
  name: string
  tz: string
  overlap: 'skip' | 'allow'
  catchup: 'none' | 'one'
  next_at: number | null
  last_at: number | null
  last_job: string | null
  fired: number
  skipped: number
  last_error: string | null
}

/** What Redis keeps of a schedule; `every` in ms. */
export type Kept = Omit<ScheduleDocument, 'name' | 'payload' | 'next_at' | 'last_at' | 'last_job' | 'fired' | 'skipped' | 'last_error'>

/** What has come of its ticks; times in ms. */
export interface Turn { next?: number, last?: number, job?: string, fired?: number, skipped?: number, error?: string }

/** Throws when whoever asks may have nothing to do with that queue. */
export type Guard = (queue: string) => void

/** How many schedules there may be, unless the server says otherwise. */
const usual = 10_000

const scripts = {
  schedule: script<number>('set_schedule'),
  unschedule: script<number>('delete_schedule'),
  show: script<string[]>('get_schedules')
}

/**
 * Sets a schedule, from its next tick on. The counts of one that it replaces stay; the guard is asked for the queues of both.
 * Rejects with CRON_INVALID, TZ_INVALID or SCHEDULES_FULL.
 */
export async function schedule (redis: RedisClient, name: string, { payload, ...wanted }: Schedule, guard: Guard = () => {}, { now }: { now?: number } = {}): Promise<{ isNew: boolean, document: ScheduleDocument }> {
  guard(wanted.queue)
  const kept: Kept = { ...wanted, every: milliseconds(wanted.every), tz: wanted.tz ?? 'UTC', overlap: wanted.overlap ?? 'allow', catchup: wanted.catchup ?? 'none' }
  const time = milliseconds(now) ?? await clock(redis)
  checkTiming(kept, time)
  const next = tickAfter(kept, time)!
  const was = await changed(redis, name, guard, async was => await scripts.schedule(redis, '', { name, was, is: JSON.stringify(kept), payload, next, most: storeOf(redis).limits.schedules ?? usual }))
  return { isNew: was === '', document: await found(redis, name) ?? document(name, kept, { next }, payload) }
}

/** Deletes a schedule. The guard is asked for its queue. Rejects with NO_SUCH_SCHEDULE. */
export async function unschedule (redis: RedisClient, name: string, guard: Guard = () => {}): Promise<void> {
  await changed(redis, name, guard, async was => {
    if (was === '') throw new errors.NO_SUCH_SCHEDULE()
    return await scripts.unschedule(redis, '', { name, was })
  })
}

// What the guard has seen is what is changed: somebody may put another in its place meanwhile.
async function changed (redis: RedisClient, name: string, guard: Guard, change: (was: string) => Promise<number>): Promise<string> {
  for (;;) {
    const was = await redis.hget(scheduleKey('schedules'), name) ?? ''
    if (was !== '') guard((JSON.parse(was) as Kept).queue)
    if (await change(was) === 1) return was
  }
}

/** A schedule, or null. */
export async function found (redis: RedisClient, name: string): Promise<ScheduleDocument | null> {
  return documents(await scripts.show(redis, '', { names: [name] }))[0] ?? null
}

/** Schedules by name, of those whose queue is seen, and how many those are. */
export async function schedules (redis: RedisClient, sees: (queue: string) => boolean, { offset, limit }: { offset: number, limit: number }): Promise<{ schedules: ScheduleDocument[], size: number }> {
  const all = Object.entries(await redis.hgetall(scheduleKey('schedules')))
  const names = all.filter(([, is]) => sees((JSON.parse(is) as Kept).queue)).map(([name]) => name).sort()
  const page = await scripts.show(redis, '', { names: names.slice(offset, offset + limit) })
  return { schedules: documents(page).filter(({ queue }) => sees(queue)), size: names.length }
}

function documents (fields: string[]): ScheduleDocument[] {
  return Array.from({ length: fields.length / 4 }, (_, i) => {
    const [name, is, turn, payload] = fields.slice(4 * i) as [string, string, string, string]
    return document(name, JSON.parse(is), JSON.parse(turn), payload)
  })
}

function document (name: string, { every, ...kept }: Kept, turn: Turn, payload: string): ScheduleDocument {
  return {
    name,
    ...kept,
    ...(every !== undefined && { every: every / 1000 }),
    next_at: seconds(turn.next),
    last_at: seconds(turn.last),
    last_job: turn.job ?? null,
    fired: turn.fired ?? 0,
    skipped: turn.skipped ?? 0,
    last_error: turn.error ?? null,
    payload
  }
}

function seconds (ms: number | undefined): number | null {
  return ms === undefined ? null : ms / 1000
}

async function clock (redis: RedisClient): Promise<number> {
  const [seconds, micros] = await redis.time()
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
}
