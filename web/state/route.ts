import { signal } from '@preact/signals'

const rooms = {
  e: 'errors', o: 'operations', w: 'workers', s: 'schedules', f: 'forecast', a: 'audit'
} as const

/** What the page of a queue shows beside its jobs. */
export const tabs = ['errors', 'workers', 'schedules', 'forecast', 'policy', 'audit'] as const
export type Tab = 'jobs' | typeof tabs[number]

/**
 * The page that the hash names: `#/`, `#/q/mail/failed`, `#/q/mail/errors/0c342450d324`,
 * `#/q/mail/j/42`, `#/w`.
 */
export interface Route {
  page: 'queues' | 'queue' | 'job' | 'operation' | typeof rooms[keyof typeof rooms]
  queue: string
  tab: Tab
  /** The state of the jobs that are listed; '' for the usual one. */
  state: string
  /** Of a job, an error group or an operation. */
  id: string
  /** The part behind the `?`: filters and the order. */
  query: Record<string, string>
}

// In the hash, for `GET /q/mail` takes a job: a path of the page must not be one of the API.
function read (): Route {
  const [path = '', search = ''] = location.hash.slice(2).split('?')
  const [room = '', queue = '', third = '', id = ''] = path.split('/').map(decode)
  const query = Object.fromEntries(new URLSearchParams(search))
  const none: Route = { page: 'queues', queue: '', tab: 'jobs', state: '', id: '', query }
  if (room === 'o' && queue !== '') return { ...none, page: 'operation', id: queue }
  if (Object.hasOwn(rooms, room)) return { ...none, page: rooms[room as keyof typeof rooms] }
  if (room !== 'q' || queue === '') return none
  if (third === 'j') return { ...none, page: 'job', queue, id }
  const tab = tabs.find(one => one === third) ?? 'jobs'
  return { ...none, page: 'queue', queue, tab, state: tab === 'jobs' ? third : '', id }
}

function decode (text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export const route = signal(read())

addEventListener('hashchange', () => {
  const before = route.value
  route.value = read()
  const { page, queue, id } = route.value
  if (before.page !== page || before.queue !== queue || before.id !== id) scrollTo(0, 0)
})

export const href = {
  queues: '#/',
  errors: '#/e',
  workers: '#/w',
  schedules: '#/s',
  forecast: '#/f',
  audit: '#/a',
  operations: '#/o',
  operation: (id: string): string => `#/o/${id}`,
  worker: (id: string): string => `#/w?id=${encodeURIComponent(id)}`,
  /** `part`: a state of jobs, or a tab. */
  queue: (queue: string, part = ''): string => {
    return `#/q/${encodeURIComponent(queue)}${part && `/${part}`}`
  },
  error: (queue: string, fingerprint: string): string => {
    return `#/q/${encodeURIComponent(queue)}/errors/${fingerprint}`
  },
  job: (queue: string, id: string): string => `#/q/${encodeURIComponent(queue)}/j/${id}`
}

export function navigate (hash: string): void {
  location.hash = hash
}

/** Sets parts of the query without a step in the history of the browser; '' removes one. */
export function setQuery (changes: Record<string, string>): void {
  const all = Object.entries({ ...route.value.query, ...changes })
  const query = new URLSearchParams(all.filter(([, value]) => value !== ''))
  const [path] = location.hash.split('?')
  history.replaceState(null, '', `${path || '#/'}${query.size > 0 ? `?${query}` : ''}`)
  route.value = read()
}
