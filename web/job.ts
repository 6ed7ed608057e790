import { elements, members } from './json.ts'
import { json, path, send, text } from './server.ts'

export const states = ['waiting', 'delayed', 'blocked', 'active', 'failed', 'completed'] as const
export type State = typeof states[number]

/** A job as GET /j shows it. What came in as JSON is its text, byte for byte. */
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
  payload: string
  progress: string
  lastError: string
  result: string
}

const texts = ['payload', 'progress', 'last_error', 'result']

function read (document: string): Job {
  const all = members(document)
  const facts = [...all].filter(([name]) => !texts.includes(name)).map(([name, value]) => `${JSON.stringify(name)}:${value}`)
  const given = (name: string): string => all.get(name) === 'null' ? '' : all.get(name) ?? ''
  return { ...JSON.parse(`{${facts.join()}}`), payload: given('payload'), progress: given('progress'), lastError: given('last_error'), result: given('result') }
}

/** The jobs of one state, a page of them. */
export async function list (queue: string, state: State, offset: number, limit: number): Promise<Job[]> {
  return elements(members(await text(path('j', queue), { state, offset, limit })).get('jobs') ?? '[]').map(read)
}

/** The job that holds a unique key: one, or none. */
export async function holding (queue: string, uniq: string): Promise<Job[]> {
  return elements(members(await text(path('j', queue), { uniq })).get('jobs') ?? '[]').map(read)
}

export async function look (queue: string, id: string): Promise<Job> {
  return read(await text(path('j', queue, id)))
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

/** Lets all jobs of a state run now, or drops them. Returns how many. */
export async function forAll (what: 'retry' | 'drop', queue: string, state: string): Promise<number> {
  const answer = what === 'retry' ? send('POST', path('j', queue, 'retry'), { query: { state } }) : send('DELETE', path('j', queue), { query: { state } })
  return (await (await answer).json()).count
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
