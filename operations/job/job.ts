import { queueKey } from '../redis/keys.ts'
import { script } from '../redis/script.ts'
import { milliseconds } from '../time.ts'
import { ensureListed } from '../queue/name.ts'
import type { RedisClient } from '../redis/store.ts'
import type { Trace } from '../trace.ts'

export type State = 'waiting' | 'delayed' | 'blocked' | 'active' | 'failed' | 'completed'

/** A job as it is shown. Times in epoch seconds; `payload`, `result`, `last_error` and `progress` are JSON text. */
export interface Job {
  id: string
  queue: string
  state: State
  priority: number
  /** The delivery under way, or how many there have been. */
  attempt: number
  tries: number
  created_at: number
  run_at: number
  lease_expires_at: number | null
  worker_id: string | null
  progress: string | null
  failures: number
  lost: number
  /** Those of the jobs it was to wait for that have not completed. */
  depends: string[]
  /** Of the trace that its push belonged to. */
  traceparent: string | null
  tracestate: string | null
  last_error: string | null
  result: string | null
  payload: string
  /** Its bytes, where `payload` is but the beginning. */
  payload_size?: number
}

/** A job, and what the server alone is to know of it. */
export interface StoredJob extends Job {
  /** How long the job is kept when it has finished and no client waits for it, in seconds. */
  keep: number
  /** What tells the job from any other one that had its id, or will have it: after a purge, or where Redis lost its last writes. */
  generation: string
  /** What Redis knows the delivery by that is under way; '' where there is none. */
  proof: string
}

/** What can keep a job from running. Times in epoch seconds, null where there is none. */
export interface Obstacles {
  now: number
  stopped: boolean
  reopensAt: number | null
  /** 1000 at most. */
  ahead: number
  askedAt: number | null
  limited: boolean
  limitedUntil: number | null
}

type Fields = [
  id: string, state: State, at: string, runAt: string, payload: string, details: string, holder: string, result: string,
  error: string, progress: string, tries: number, keep: number, size?: number
]

// Older versions kept `progress` and `last_error` here.
interface Details extends Partial<Trace> {
  priority?: number,
  tries?: number,
  attempt?: number,
  created?: number,
  progress?: string,
  failures?: number,
  lost?: number,
  last_error?: string,
  depends?: string,
  since?: number,
  ready_at?: number,
  awaited?: boolean,
  keep?: number
}

// Each deals with a thousand jobs that are due, and walks over five thousand entries of jobs that are gone.
const mostCalls = 2000

const scripts = {
  job: script<[era: string, proof: string, ...Fields]>('get_job'),
  list: script<[sound: string, ...Fields[]]>('list_jobs'),
  why: script<[...string[], number[]]>('why'),
  watch: script<number>('watch_job'),
  unwatch: script<number>('unwatch_job')
}

/** One job, or null when it is not there. */
export async function job (redis: RedisClient, queue: string, id: string, { now }: { now?: number } = {}): Promise<StoredJob | null> {
  const [era, proof, ...fields] = await scripts.job(redis, queue, { id, now: milliseconds(now) })
  if (era === undefined) return null
  await ensureListed(redis, queue)
  const { keep = fields[11] } = detailsIn(fields)
  return { ...document(queue, fields), keep: keep / 1000, generation: era, proof }
}

/** The job that holds a unique key, or null. */
export async function jobByKey (redis: RedisClient, queue: string, uniq: string, { now }: { now?: number } = {}): Promise<Job | null> {
  const id = await redis.hget(queueKey(queue, 'unique'), uniq)
  return id === null ? null : await job(redis, queue, id, { ...(now !== undefined && { now }) })
}

/** Which jobs of a state; desc: those at the far end, the last one first. */
export interface Page {
  offset: number
  limit: number
  order?: 'asc' | 'desc'
  /** Longer payloads are cut there, in bytes. */
  payloadMax?: number | undefined
  now?: number
}

/** The jobs of one state: the waiting in the order in which they will be taken, the others by the time of their state. */
export async function jobs (redis: RedisClient, queue: string, state: State, page: Page): Promise<Job[]> {
  const { offset, limit, order = 'asc', payloadMax, now } = page
  if (limit === 0) return []
  for (let sound = '', found: Fields[], call = 1; ; call++) {
    if (call > mostCalls) sound = 'anyhow'
    ;[sound, ...found] = await scripts.list(redis, queue, {
      state, offset, limit, order, sound, payload_max: payloadMax, now: milliseconds(now)
    })
    if (sound !== '') continue
    if (found.length > 0) await ensureListed(redis, queue)
    return found.map(fields => document(queue, fields))
  }
}

/** A job and what can keep it from running. Rejects with NO_SUCH_JOB. */
export async function why (redis: RedisClient, queue: string, id: string, { now }: { now?: number } = {}): Promise<[Job, Obstacles]> {
  const found = await scripts.why(redis, queue, { id, now: milliseconds(now) })
  await ensureListed(redis, queue)
  const [time, stopped, reopensAt, ahead, askedAt, limited, limitedUntil] = found.pop() as number[]
  const seconds = (ms: number | undefined) => ms ? ms / 1000 : null
  return [document(queue, found as unknown as Fields), {
    now: time! / 1000,
    stopped: stopped === 1,
    reopensAt: seconds(reopensAt),
    ahead: ahead!,
    askedAt: seconds(askedAt),
    limited: limited === 1,
    limitedUntil: seconds(limitedUntil)
  }]
}

/** Asks that `server` be told when a job of that era has finished. false: it has, or is not there. */
export async function watch (redis: RedisClient, queue: string, { id, generation: era }: Pick<StoredJob, 'id' | 'generation'>, server: string): Promise<boolean> {
  return await scripts.watch(redis, queue, { id, era, server }) === 1
}

/** Says that the clients of `server` that waited have all left, once the job has completed. `heard`: one of them got the result. */
export async function unwatch (redis: RedisClient, queue: string, { id, generation: era }: Pick<StoredJob, 'id' | 'generation'>, server: string, heard: boolean): Promise<void> {
  await scripts.unwatch(redis, queue, { id, era, server, heard: heard ? 1 : '' })
}

function detailsIn ([,,,,, text]: Fields): Details {
  return text === '' ? {} : JSON.parse(text)
}

function document (queue: string, fields: Fields): Job {
  const [id, state, at, runAt, payload, , holder, result, error, progress, tries, , size] = fields
  const details = detailsIn(fields)
  const active = state === 'active'
  const ready = state === 'waiting' ? details.ready_at ?? details.since : undefined
  return {
    id,
    queue,
    state,
    priority: details.priority ?? 5,
    attempt: details.attempt ?? (active ? 1 : 0),
    tries: details.tries ?? tries,
    created_at: (details.created ?? Number(runAt)) / 1000,
    run_at: Number(state === 'delayed' ? at : ready ?? runAt) / 1000,
    // The fraction of a millisecond tells deliveries apart, and no time.
    lease_expires_at: active ? Math.floor(Number(at)) / 1000 : null,
    worker_id: holder === '' ? null : holder.slice(holder.indexOf(' ') + 1),
    progress: progress || (details.progress ?? null),
    failures: details.failures ?? 0,
    lost: details.lost ?? 0,
    depends: details.depends?.split(',') ?? [],
    traceparent: details.traceparent ?? null,
    tracestate: details.tracestate ?? null,
    last_error: error || (details.last_error ?? null),
    result: result === '' ? null : result,
    payload,
    ...(size !== undefined && { payload_size: size })
  }
}
