import { signal } from '@preact/signals'

/** The page that the hash names: `#/`, `#/q/mail/failed`, `#/q/mail/j/42`, `#/w`, `#/s`. */
export interface Route {
  page: 'queues' | 'queue' | 'job' | 'workers' | 'schedules'
  queue: string
  id: string
  state: string
}

// In the hash, for `GET /q/mail` takes a job: a path of the page must not be one of the API.
function read (): Route {
  const [room = '', queue = '', third = '', id = ''] = location.hash.slice(2).split('/').map(decode)
  const none = { queue: '', id: '', state: '' }
  if (room === 'w') return { page: 'workers', ...none }
  if (room === 's') return { page: 'schedules', ...none }
  if (room !== 'q' || queue === '') return { page: 'queues', ...none }
  if (third === 'j') return { page: 'job', queue, id, state: '' }
  return { page: 'queue', queue, id: '', state: third }
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
  if (before.page !== route.value.page || before.queue !== route.value.queue) scrollTo(0, 0)
})

export const href = {
  queues: '#/',
  workers: '#/w',
  schedules: '#/s',
  queue: (queue: string, state = ''): string => {
    return `#/q/${encodeURIComponent(queue)}${state && `/${state}`}`
  },
  job: (queue: string, id: string): string => `#/q/${encodeURIComponent(queue)}/j/${id}`
}

export function navigate (hash: string): void {
  location.hash = hash
}
