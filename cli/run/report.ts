import { failureOfRefusal } from '../../client/failure.ts'
import type { Query } from '../../client/request.ts'
import type { Log } from './log.ts'
import type { Server, Taken } from './server.ts'
import type { Verdict } from './outcome.ts'

interface What {
  job: Taken
  outcome: Verdict | 'cancelled' | 'lost'
  /** How long it took. */
  seconds: number
  /** How to take the next one with an ack. */
  next: Query | undefined
  onQuiet: () => void
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
  const { how, next, why } = outcome.verb === 'ack' ? await ack(server, log, what, outcome.body) : {}
  if (how === 'done') log.info(`done in ${seconds} s`, facts)
  if (how === 'gone') log.info(`done in ${seconds} s; it is gone already`, facts)
  if (how === 'lost') log.warn('done, but too late: another has it', facts)
  if (how === 'refused') log.warn(`done, but presque does not hear of it: ${why}`, facts)
  return next ?? null
}

// Told without its result, the job would be done, and what it made lost: it has failed, with the reason.
async function ack (server: Server, log: Log, what: What, body: string | undefined): Promise<Partial<Awaited<ReturnType<Server['settle']>>>> {
  const { job, next: query, onQuiet, signal } = what
  const done = await server.settle(job, 'ack', { ...(query && { query }), body, onQuiet, signal })
  if (done.how !== 'wrong') return done
  await giveUp(server, log, what, refused('result', done.why))
  return {}
}

async function giveUp (server: Server, log: Log, what: What, outcome: Exclude<Verdict, { verb: 'ack' }>): Promise<void> {
  const { job, signal, seconds } = what
  const how = outcome.verb === 'nack' ? { body: outcome.body } : { query: { delay: outcome.delay } }
  const settled = await server.settle(job, outcome.verb, { ...how, signal })
  log.warn(`${outcome.why}: ${then(settled)}`, { queue: job.queue, job: job.id, attempt: job.attempt, seconds })
  if (settled.how === 'wrong' && outcome.verb === 'nack' && outcome.refused !== true) await giveUp(server, log, what, refused('failure', settled.why))
}

function then ({ how, text, why }: Awaited<ReturnType<Server['settle']>>): string {
  const { state, run_at: at } = JSON.parse(text || '{}') as { state?: string, run_at?: number }
  if (at !== undefined) return `again at ${new Date(at * 1000).toISOString()}`
  if (state === 'failed') return 'it has failed for good'
  if (how === 'done') return 'given back'
  return how === 'gone' ? 'it is gone' : how === 'lost' ? 'another has it' : `presque does not hear of it: ${why}`
}

// To run it again would end in the same way.
function refused (what: 'result' | 'failure', why: string | undefined): Exclude<Verdict, { verb: 'ack' }> {
  const failure = failureOfRefusal(what, new Error(why))
  return { verb: 'nack', why: failure.error!.message!, body: JSON.stringify(failure), refused: true }
}
