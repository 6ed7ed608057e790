import { findByKey, getJob } from '../api/job.ts'
import { findQueues } from '../api/queue.ts'
import { getSchedules } from '../api/schedule.ts'
import { findWorker } from '../api/worker.ts'
import { href } from '../state/route.ts'
import { actionsOn } from './action.ts'

/** What the palette can go to; or do, where there is `act`. */
export interface Place { kind: string, name: string, hash: string, act?: () => unknown }

const pages: Place[] = [
  { kind: 'page', name: 'Queues', hash: href.queues },
  { kind: 'page', name: 'Errors', hash: href.errors },
  { kind: 'page', name: 'Operations', hash: href.operations },
  { kind: 'page', name: 'Workers', hash: href.workers },
  { kind: 'page', name: 'Schedules', hash: href.schedules },
  { kind: 'page', name: 'Forecast', hash: href.forecast },
  { kind: 'page', name: 'Audit', hash: href.audit }
]

/**
 * The places that a text means. Ids and unique keys are looked for in the queue of the page, and in
 * the queue that stands before them: "mail 42".
 */
export async function placesFor (text: string, queue: string): Promise<Place[]> {
  const words = text.trim()
  if (words === '') return [...pages, ...actions(queue)]
  const found = await Promise.all([
    jobsFor(words, queue), queuesFor(words), schedulesFor(words), workersFor(words)
  ].map(async places => await places.catch(() => [])))
  const fixed = [...pages, ...actions(queue)].filter(({ name }) => contains(name, words))
  return [...found.flat(), ...fixed]
}

function actions (queue: string): Place[] {
  return actionsOn(queue).map(action => ({ kind: 'action', hash: '', ...action }))
}

function contains (name: string, words: string): boolean {
  return name.toLowerCase().includes(words.toLowerCase())
}

async function queuesFor (words: string): Promise<Place[]> {
  const names = await findQueues(words)
  return names.map(name => ({ kind: 'queue', name, hash: href.queue(name) }))
}

async function jobsFor (words: string, current: string): Promise<Place[]> {
  const [first, ...rest] = words.split(/[\s/]+/)
  const [queue, key] = rest.length === 0 ? [current, first!] : [first!, rest.join(' ')]
  if (queue === '' || key === '') return []
  const isId = /^\d{1,16}$/.test(key)
  const [byId, byKey] = await Promise.all([
    isId ? getJob(queue, key).catch(() => null) : null, findByKey(queue, key).catch(() => null)
  ])
  return [byId, byKey].flatMap(job => job === null
    ? []
    : [{ kind: 'job', name: `${queue} ${job.id}`, hash: href.job(queue, job.id) }])
}

const mostSchedules = 10

async function schedulesFor (words: string): Promise<Place[]> {
  const { schedules } = await getSchedules()
  const found = schedules.filter(({ name }) => contains(name, words)).slice(0, mostSchedules)
  return found.map(({ name, queue }) => {
    return { kind: 'schedule', name, hash: href.queue(queue, 'schedules') }
  })
}

async function workersFor (words: string): Promise<Place[]> {
  const worker = await findWorker(words)
  return [{ kind: 'worker', name: worker.worker_id, hash: href.worker(worker.worker_id) }]
}
