import type { Static } from '@sinclair/typebox'
import type { Job as JobSchema, ListedState, State } from '../../schemas/job.ts'
import { attemptsIn, storyTimes } from '../failure/story.ts'
import { ensureListed } from '../queue/name.ts'
import { queueKey } from '../redis/keys.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'
import type { Trace } from '../trace.ts'

type Texts = 'payload' | 'result' | 'last_error' | 'progress'

/** A job of schemas/job.ts, with JSON texts as they came in. Times in epoch seconds. */
export interface Job extends Omit<Static<typeof JobSchema>, Texts> {
  payload: string
  result: string | null
  last_error: string | null
  progress: string | null
  /** The bytes of the payload, where `payload` is its beginning alone. */
  payload_size?: number
}

/** A job, and what stays within the server. */
export interface StoredJob extends Job {
  /** For how many seconds it is kept when it has completed and no client waits for its result. */
  keep: number
  /** Tells the job from any other of its id: after a purge, or after Redis lost writes. */
  identity: string
  /** The proof of its delivery on lease; '' where there is none. */
  proof: string
}

/** What can keep a job from running. Times in epoch seconds, null where there is none. */
export interface Obstacles {
  now: number
  stopped: boolean
  reopensAt: number | null
  /** How many ready jobs go before it; 1000 for more. */
  ahead: number
  /** When a worker last asked the queue for a job. */
  askedAt: number | null
  limited: boolean
  limitedUntil: number | null
}

/** A job as the scripts send it. */
export type Fields = [
  id: string, state: State, at: string, runAt: string, payload: string, details: string,
  holder: string, result: string, error: string, progress: string, story: string, tries: number,
  keep: number, size?: number
]

// Older versions kept `progress` and `last_error` here.
interface Details extends Partial<Trace> {
  priority?: number
  tries?: number
  attempt?: number
  created?: number
  progress?: string
  failures?: number
  lost?: number
  last_error?: string
  depends?: string
  tags?: string
  since?: number
  started?: number
  ready_at?: number
  awaited?: boolean
  keep?: number
}

const scripts = {
  job: script<[identity: string, proof: string, ...Fields]>('get_job'),
  list: script<[checked: string, ...Fields[]]>('list_jobs'),
  why: script<[...string[], number[]]>('why'),
  watch: script<number>('watch_job'),
  unwatch: script<number>('unwatch_job')
}

interface Options { now?: number }

/** One job, or null when there is none. */
export async function job (
  redis: RedisClient, queue: string, id: string, { now }: Options = {}
): Promise<StoredJob | null> {
  const reply = await scripts.job(redis, queue, { id, now: milliseconds(now) })
  const [identity, proof, ...fields] = reply
  if (identity === undefined) return null
  await ensureListed(redis, queue)
  const { keep = fields[12] } = parseDetails(fields)
  return { ...decode(queue, fields), keep: keep / 1000, identity, proof }
}

/** The job that holds a unique key, or null. */
export async function jobByKey (
  redis: RedisClient, queue: string, uniq: string, options: Options = {}
): Promise<Job | null> {
  const id = await redis.hget(queueKey(queue, 'unique'), uniq)
  return id === null ? null : await job(redis, queue, id, options)
}

/** Which jobs of a state. */
export interface Page {
  offset: number
  limit: number
  /** desc: from the far end, the last one first. */
  order?: 'asc' | 'desc'
  /** After how many bytes a payload is cut. */
  payloadMax?: number | undefined
  now?: number
}

// A call runs a thousand jobs that are due, and passes five thousand stale entries.
const maxCalls = 2000

/** Jobs of one state: the waiting in the order of delivery, the others by the time of the state. */
export async function jobs (
  redis: RedisClient, queue: string, state: ListedState, page: Page
): Promise<Job[]> {
  const { offset, limit, order = 'asc', payloadMax, now } = page
  if (limit === 0) return []
  const args = { state, offset, limit, order, payload_max: payloadMax, now: milliseconds(now) }
  let checked = ''
  for (let call = 1; ; call++) {
    if (call > maxCalls) checked = 'anyhow'
    const [nextChecked, ...found] = await scripts.list(redis, queue, { ...args, checked })
    checked = nextChecked
    if (checked !== '') continue
    if (found.length > 0) await ensureListed(redis, queue)
    return found.map(fields => decode(queue, fields))
  }
}

/** A job and what can keep it from running. Rejects with NO_SUCH_JOB. */
export async function why (
  redis: RedisClient, queue: string, id: string, { now }: Options = {}
): Promise<[Job, Obstacles]> {
  const found = await scripts.why(redis, queue, { id, now: milliseconds(now) })
  await ensureListed(redis, queue)
  const [time, stopped, reopensAt, ahead, askedAt, limited, limitedUntil] = found.pop() as number[]
  const seconds = (ms: number | undefined) => ms ? ms / 1000 : null
  return [decode(queue, found as unknown as Fields), {
    now: time! / 1000,
    stopped: stopped === 1,
    reopensAt: seconds(reopensAt),
    ahead: ahead!,
    askedAt: seconds(askedAt),
    limited: limited === 1,
    limitedUntil: seconds(limitedUntil)
  }]
}

type Watched = Pick<StoredJob, 'id' | 'identity'>

/**
 * Has `server` woken when the job ends. Returns false if it has ended, or is not there.
 */
export async function watch (
  redis: RedisClient, queue: string, { id, identity }: Watched, server: string
): Promise<boolean> {
  return await scripts.watch(redis, queue, { id, identity, server }) === 1
}

/**
 * Ends the watch of `server` for a job that has completed: no client of it waits any more.
 * - `heard`: a client has got the result
 */
export async function unwatch (
  redis: RedisClient, queue: string, { id, identity }: Watched, server: string, heard: boolean
): Promise<void> {
  await scripts.unwatch(redis, queue, { id, identity, server, heard: heard ? 1 : '' })
}

function parseDetails ([,,,,, text]: Fields): Details {
  return text === '' ? {} : JSON.parse(text)
}

/** Reads a job as the scripts send it. */
export function decode (queue: string, fields: Fields): Job {
  const [id, state, at, , payload, , holder, result, error, progress, story, tries, , size] = fields
  const details = parseDetails(fields)
  const attempts = attemptsIn(story)
  return {
    id,
    queue,
    state,
    priority: details.priority ?? 5,
    attempt: details.attempt ?? (state === 'active' ? 1 : 0),
    tries: details.tries ?? tries,
    ...times(fields, details),
    ...storyTimes({ ...details, state, at, holder }, attempts),
    worker_id: holder === '' ? null : holder.slice(holder.indexOf(' ') + 1),
    progress: progress || (details.progress ?? null),
    failures: details.failures ?? 0,
    lost: details.lost ?? 0,
    attempts,
    depends: details.depends?.split(',') ?? [],
    tags: details.tags?.split(',') ?? [],
    traceparent: details.traceparent ?? null,
    tracestate: details.tracestate ?? null,
    last_error: error || (details.last_error ?? null),
    result: result === '' ? null : result,
    payload,
    ...(size !== undefined && { payload_size: size })
  }
}

function times ([, state, at, runAt]: Fields, { created, ready_at: readyAt, since }: Details) {
  const ready = state === 'waiting' ? readyAt ?? since : undefined
  return {
    created_at: (created ?? Number(runAt)) / 1000,
    run_at: Number(state === 'delayed' ? at : ready ?? runAt) / 1000,
    // Earlier versions wrote a fraction of a millisecond, to tell deliveries apart.
    lease_expires_at: state === 'active' ? Math.floor(Number(at)) / 1000 : null
  }
}
