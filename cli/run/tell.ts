import type { Query } from '../../client/request.ts'
import type { Log } from './log.ts'
import type { Server, Taken } from './server.ts'
import type { Verdict } from './verdict.ts'

interface What {
  job: Taken
  outcome: Verdict | 'cancelled' | 'lost'
  /** How long it took. */
  seconds: number
  /** How to take the next one with an ack. */
  next: Query | undefined
  signal: AbortSignal
}

/** Tells presque and the log what has become of a job; resolves with the next one if it came with the answer. */
export async function tell (server: Server, log: Log, what: What): Promise<Taken | null> {
  const { job: { queue, id, attempt }, outcome, seconds } = what
  const facts = { queue, job: id, attempt, seconds }
  if (typeof outcome === 'string') {
    log.warn(outcome === 'cancelled' ? 'it was cancelled: ended' : 'another has it: ended', facts)
    return null
  }
  if (outcome.verb !== 'ack') await giveUp(server, log, what, outcome)
  const { how, next, why } = outcome.verb === 'ack' ? await ack(server, log, what, outcome.body) : { how: undefined }
  if (how === 'done') log.info(`done in ${seconds} s`, facts)
  if (how === 'gone') log.info(`done in ${seconds} s; it is gone already`, facts)
  if (how === 'lost') log.warn('done, but too late: another has it', facts)
  if (how === 'refused') log.warn(`done, but presque does not hear of it: ${why}`, facts)
  return next ?? null
}

async function ack (server: Server, log: Log, { job, next: query, signal }: What, body: string | undefined) {
  const done = await server.settle(job, 'ack', { ...(query && { query }), body, signal })
  if (done.how !== 'refused' || body === undefined || signal.aborted) return done
  log.warn(`presque does not take its result: ${done.why}`, { queue: job.queue, job: job.id })
  return await server.settle(job, 'ack', { ...(query && { query }), signal })
}

async function giveUp (server: Server, log: Log, { job, signal, seconds }: What, outcome: Exclude<Verdict, { verb: 'ack' }>): Promise<void> {
  const how = outcome.verb === 'nack' ? { body: outcome.body } : { query: { delay: outcome.delay } }
  const settled = await server.settle(job, outcome.verb, { ...how, signal })
  const { state, run_at: at } = JSON.parse(settled.text || '{}') as { state?: string, run_at?: number }
  const then = at !== undefined ? `again at ${new Date(at * 1000).toISOString()}` : state === 'failed' ? 'it has failed for good' : { done: 'given back', gone: 'it is gone', lost: 'another has it', refused: `presque does not hear of it: ${settled.why}` }[settled.how]
  log.warn(`${outcome.why}: ${then}`, { queue: job.queue, job: job.id, attempt: job.attempt, seconds })
}
