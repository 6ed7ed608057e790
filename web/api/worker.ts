import type { Worker } from '../../schemas/worker.ts'
import { json, path, send } from './server.ts'

export type { Worker }

/** `hasMore`: there is a next page. */
export interface WorkerPage { workers: Worker[], hasMore: boolean }

// A worker takes some 400 bytes: a page is less than 100 kB.
const limit = 200

/** A page of the workers of a queue, or of all, by id: those behind the worker `after`. */
export async function getWorkers (queue?: string, after?: string): Promise<WorkerPage> {
  const answer = await send('GET', '/w', { query: { queue, after, limit } })
  return { workers: await answer.json(), hasMore: answer.headers.has('link') }
}

/** The worker of an id. */
export async function findWorker (id: string): Promise<Worker> {
  return await json('/w', { worker_id: id })
}

/** Tells a worker to take no more jobs, or lets it take again. */
export async function setQuiet (queue: string, worker: string, isQuiet: boolean): Promise<void> {
  const query = { worker_id: worker }
  await send(isQuiet ? 'POST' : 'DELETE', path('w', queue, 'quiet'), { query })
}
