import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { setSchedule, type NewSchedule } from '../../../operations/schedule/schedule.ts'
import { Scheduler } from '../../../operations/schedule/scheduler.ts'
import { build } from './app.ts'

export const start = 1_800_000_000
export const silent = (error: unknown): void => {
  throw error
}

/** A schedule of every ten seconds, from `start` on: its first tick is ten seconds later. */
export async function set (
  t: Test,
  more: Partial<NewSchedule> = {},
  app?: FastifyInstance
): Promise<FastifyInstance> {
  const presque = app ?? (await build(t))
  await setSchedule(
    presque.redis,
    'beat',
    { queue: 'mail', every: 10, payload: '{"n":1}', ...more },
    undefined,
    { now: start }
  )
  return presque
}

/** All that is due at that time, by one server. */
export async function tick (app: FastifyInstance, seconds: number): Promise<void> {
  while ((await new Scheduler(app.redis, silent).fireDue(start + seconds)) === 0);
}

export async function waiting (app: FastifyInstance, queue = 'mail'): Promise<number> {
  return (await queueStatus(app.redis, queue)).counts.waiting
}
