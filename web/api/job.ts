import {
  states, type Job as ClientJob, type ListedState, type Redriven, type State, type Why
} from '../../client/schema.ts'
import { elementsOf, members } from '../../client/json-text.ts'
import { json, path, send, text } from './server.ts'

export { states, type ListedState, type State, type Why }

/** The lists of jobs that a queue has. */
export const listedStates: ListedState[] = [
  'waiting', 'delayed', 'retrying', 'blocked', 'active', 'failed', 'completed'
]

// Members with JSON of a client.
const texts = ['payload', 'progress', 'last_error', 'result'] as const
type Text = typeof texts[number]

/** A job. JSON of clients is text, byte for byte, and '' where it is null or not asked for. */
export type Job = Omit<ClientJob, Text | 'traceparent' | 'tracestate'> & Record<Text, string> & {
  /** The bytes of a payload that is too long for a list; `payload` is its beginning. */
  payload_size?: number
}

/** Reads the document of a job. */
export function readJob (document: string): Job {
  const all = members(document)
  const others = [...all].filter(([name]) => !texts.includes(name as Text))
  const parsed = JSON.parse(`{${others.map(([name, value]) => `"${name}":${value}`).join()}}`)
  const textOf = (name: Text): [Text, string] => {
    const value = all.get(name) ?? 'null'
    return [name, value === 'null' ? '' : value]
  }
  const job = { ...parsed, ...Object.fromEntries(texts.map(textOf)) }
  return parsed.payload_head === undefined ? job : { ...job, payload: parsed.payload_head }
}

/** How many jobs a page of a list has. */
export const pageSize = 50

/** The members of a job in a list. The server cuts payloads and errors, so that it is short. */
export const row = {
  fields: 'id,state,priority,attempt,tries,created_at,run_at,started_at,finished_at,worker_id,' +
    'depends,last_error,payload',
  payload_max: 200
}

type Query = Record<string, string | number>

async function getJobs (queue: string, query: Query): Promise<Job[]> {
  const page = await text(path('j', queue), query)
  return elementsOf(page, 'jobs').map(one => ({ ...readJob(one), queue }))
}

/** `order`: desc for the newest first. */
export interface JobPageOf {
  queue: string
  state: ListedState
  order: 'asc' | 'desc'
  offset: number
}

/** A page of the jobs of one state. */
export async function listJobs ({ queue, ...page }: JobPageOf): Promise<Job[]> {
  return await getJobs(queue, { ...page, limit: pageSize, ...row })
}

/** The job that holds a unique key, or null. */
export async function findByKey (queue: string, uniq: string): Promise<Job | null> {
  const [job = null] = await getJobs(queue, { uniq })
  return job
}

export async function getJob (queue: string, id: string): Promise<Job> {
  return readJob(await text(path('j', queue, id)))
}

const short = 'id,queue,state,priority,attempt,tries,created_at,run_at,lease_expires_at,' +
  'started_at,failed_at,finished_at,worker_id,failures,lost,depends,progress'

/** A job without its long members: they change only when another one does. */
export async function getJobShort (queue: string, id: string): Promise<Job> {
  return readJob(await text(path('j', queue, id), { fields: short }))
}

/** One member of a job that is JSON of a client, as text; '' where it is null. */
export async function getJobPart (queue: string, id: string, part: Text): Promise<string> {
  return readJob(await text(path('j', queue, id), { fields: part }))[part]
}

export async function getWhy (queue: string, id: string): Promise<Why> {
  return await json(path('j', queue, id, 'why'))
}

export async function retry (queue: string, id: string): Promise<void> {
  await send('POST', path('j', queue, id, 'retry'))
}

export async function cancel (queue: string, id: string): Promise<void> {
  await send('DELETE', path('j', queue, id))
}

/** How many jobs changed, and how many stay failed because another job has their unique key. */
export type BulkResult = Pick<Redriven, 'count'> & Partial<Redriven>

/** Lets all failed or delayed jobs run now. */
export async function retryAll (queue: string, state: ListedState): Promise<BulkResult> {
  return await (await send('POST', path('j', queue, 'retry'), { query: { state } })).json()
}

/** Deletes all jobs of a state. */
export async function cancelAll (queue: string, state: ListedState): Promise<BulkResult> {
  return await (await send('DELETE', path('j', queue), { query: { state } })).json()
}

/** `isDuplicate`: no job was added, and the id is that of the job with the same unique key. */
export interface Pushed { id: string, isDuplicate: boolean }

/** Pushes a job. The payload is sent byte for byte. */
export async function push (queue: string, payload: string, query: Query): Promise<Pushed> {
  const { headers } = await send('POST', path('q', queue), { body: payload, query })
  const isDuplicate = headers.get('x-presque-duplicate') === 'true'
  return { id: headers.get('x-presque-job')!, isDuplicate }
}

type Action = (queue: string, id: string) => Promise<void>

/** Does the same to many jobs, eight at a time. Returns how many were done, and the first error. */
export async function forEachJob (jobs: Array<Pick<Job, 'queue' | 'id'>>, action: Action) {
  const left = [...jobs]
  let done = 0
  let error = ''
  const work = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) {
      const { queue, id } = job
      try {
        await action(queue, id)
        done++
      } catch (failure) {
        error ||= `job ${id}: ${(failure as Error).message}`
      }
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return { done, error }
}
