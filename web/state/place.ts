import { Box } from './box.ts'

/** Where in the dashboard we are: `#/q/mail/failed`, `#/q/mail/j/42`, `#/w`, `#/s`. */
export interface Place { page: 'front' | 'queue' | 'job' | 'workers' | 'schedules', queue: string, id: string, state: string }

function read (): Place {
  const [room = '', queue = '', what = '', id = ''] = location.hash.slice(2).split('/').map(decoded)
  if (room === 'w') return { page: 'workers', queue: '', id: '', state: '' }
  if (room === 's') return { page: 'schedules', queue: '', id: '', state: '' }
  if (room !== 'q' || queue === '') return { page: 'front', queue: '', id: '', state: '' }
  return what === 'j' ? { page: 'job', queue, id, state: '' } : { page: 'queue', queue, id: '', state: what }
}

function decoded (text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export const place = new Box(read())

addEventListener('hashchange', () => {
  const before = place.value
  place.value = read()
  if (before.page !== place.value.page || before.queue !== place.value.queue) scrollTo(0, 0)
})

export const link = {
  front: '#/',
  workers: '#/w',
  schedules: '#/s',
  queue: (queue: string, state = ''): string => `#/q/${encodeURIComponent(queue)}${state && `/${state}`}`,
  job: (queue: string, id: string): string => `#/q/${encodeURIComponent(queue)}/j/${id}`
}

export function go (where: string): void {
  location.hash = where
}
