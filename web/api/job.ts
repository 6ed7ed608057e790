import { elementsOf, members } from '../../client/json-text.ts'
import { json, path, send, text } from './server.ts'

export const states = ['waiting', 'delayed', 'blocked', 'active', 'failed', 'completed'] as const
export type State = typeof states[number]

/** A job as GET /j shows it. JSON of a client is its text, byte for byte. */
export interface Job {
  id: string
  queue: string
  state: State
  priority: number
  attempt: number
  tries: number
  created_at: number
  run_at: number
  lease_expires_at: number | null
  worker_id: string | null
  failures: number
  lost: number
  /** The jobs it waits for, or waited for when it failed. */
  depends: string[]
  /** How many bytes the payload has, where it is too long for a list; `payload` is its beginning. */
  payload_size?: number
  payload: string
  progress: string
  lastError: string
  result: string
}

/** A failed job, as far as its error goes. */
export type Failed = Pick<Job, 'id' | 'queue' | 'lastError'>

/** What lets jobs of a state run: of one, of all, and what is said then; null where nothing does. */
export const verbs: Record<State, { one: string, all: string, done: string } | null> = {
  waiting: null,
  delayed: { one: 'Run', all: 'Run all now', done: 'run now' },
  blocked: null,
  active: null,
  failed: { one: 'Redrive', all: 'Redrive all', done: 'redriven' },
  completed: null
}

const texts = ['payload', 'progress', 'last_error', 'result']

function read (document: string): Job {
  const all = members(document)
  const facts = [...all].filter(([name]) => !texts.includes(name))
  const json = facts.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join()
  const given = (name: string): string => all.get(name) === 'null' ? '' : all.get(name) ?? ''
  const known = JSON.parse(`{${json}}`) as Job & { payload_head?: string }
  return {
    ...known,
    payload: known.payload_head ?? given('payload'),
    progress: given('progress'),
    lastError: given('last_error'),
    result: given('result')
  }
}

/** How many jobs a page of a list has. */
export const pageSize = 50

// What a row of a list shows. Payloads and errors are cut by the server, so that no list is long.
const row = 'id,state,priority,attempt,tries,created_at,run_at,lease_expires_at,worker_id,depends,last_error,payload'
const shown = 200

async function listed (queue: string, query: Record<string, string | number>): Promise<Job[]> {
  const page = await text(path('j', queue), query)
  return elementsOf(page, 'jobs').map(one => ({ ...read(one), queue }))
}

/** The jobs of one state, a page of them; of those that failed or completed the newest first. */
export async function list (queue: string, state: State, offset: number): Promise<Job[]> {
  const order = state === 'failed' || state === 'completed' ? 'desc' : 'asc'
  return await listed(queue, { state, order, offset, limit: pageSize, fields: row, payload_max: shown })
}

// 300 errors of 300 bytes.
const newest = 300

/** The jobs that failed last. */
export async function newestFailed (queue: string): Promise<Failed[]> {
  return await listed(queue, {
    state: 'failed', order: 'desc', limit: newest, fields: 'id,last_error', payload_max: newest
  })
}

/** The job that holds a unique key: one, or none. */
export async function holding (queue: string, uniq: string): Promise<Job[]> {
  return elementsOf(await text(path('j', queue), { uniq }), 'jobs').map(read)
}

export async function look (queue: string, id: string): Promise<Job> {
  return read(await text(path('j', queue, id)))
}

const passing = 'id,queue,state,priority,attempt,tries,created_at,run_at,lease_expires_at,worker_id,failures,lost,depends,progress'

/** A job without what is long and does not change while its state, attempt and times do not. */
export async function glance (queue: string, id: string): Promise<Job> {
  return read(await text(path('j', queue, id), { fields: passing }))
}

export interface Reason { reason: string, detail: string }

export async function why (queue: string, id: string): Promise<Reason> {
  return await json(path('j', queue, id, 'why'))
}

export async function retry (queue: string, id: string): Promise<void> {
  await send('POST', path('j', queue, id, 'retry'))
}

export async function cancel (queue: string, id: string): Promise<void> {
  await send('DELETE', path('j', queue, id))
}

/** Of how many jobs it was done; `duplicates`: how many stay, as another job has their unique key. */
export interface Done { count: number, duplicates?: number }

/** Lets all jobs of a state run now, or drops them. */
export async function forAll (what: 'retry' | 'drop', queue: string, state: string): Promise<Done> {
  const query = { query: { state } }
  const answer = what === 'retry'
    ? await send('POST', path('j', queue, 'retry'), query)
    : await send('DELETE', path('j', queue), query)
  return await answer.json()
}

/** Puts a job in: the text as it is. Returns its id, and whether it was there already. */
export async function push (queue: string, payload: string, query: Record<string, string>): Promise<{ id: string, duplicate: boolean }> {
  const answer = await send('POST', path('q', queue), { body: payload, query })
  return { id: answer.headers.get('x-presque-job')!, duplicate: answer.headers.get('x-presque-duplicate') === 'true' }
}

/** Does one thing to many jobs, a few at a time. Returns for how many it was done, and the first refusal. */
export async function each (jobs: Array<{ queue: string, id: string }>, one: (queue: string, id: string) => Promise<void>): Promise<{ done: number, refused: string }> {
  const left = [...jobs]
  let done = 0
  let refused = ''
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) {
      const { queue, id } = job
      await one(queue, id).then(() => { done++ }, error => { refused ||= `job ${id}: ${error.message}` })
    }
  }))
  return { done, refused }
}
