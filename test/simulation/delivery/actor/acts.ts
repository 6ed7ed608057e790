import type { Job, Outcome, Verb } from '../history/history.ts'
import { say, type Actor, type Heard } from './world.ts'
import type { Call } from './client.ts'

/** A job in a worker's hands. */
export interface Held {
  job: Job
  queue: string
  id: string
  receipt: string
  expires: number
  deadly: boolean
}

interface More {
  result?: string | undefined
  delay?: number
  front?: boolean
  retry?: boolean
  lease?: number
  cut?: Call['cut']
}

/** Does something with a job and notes what the answer says. */
export async function perform (
  actor: Actor,
  held: Held,
  verb: Exclude<Verb, 'ack'>,
  more: More = {}
): Promise<Outcome> {
  const { queue, id, receipt } = held
  const { cut, delay, retry, lease } = more
  const front = verb === 'release' && delay === undefined && actor.random.chance(0.5)
  const later = delay === undefined ? (front ? '&front=1' : '') : `&delay=${delay}`
  const path = {
    nack: `/j/${queue}/${id}/nack?receipt=${receipt}`,
    release: `/j/${queue}/${id}/release?receipt=${receipt}${later}`,
    touch: `/j/${queue}/${id}/touch?receipt=${receipt}`,
    cancel: `/j/${queue}/${id}`,
    retry: `/j/${queue}/${id}/retry`
  }[verb]
  const body =
    verb === 'nack'
      ? { delay, retry, error: { message: 'as chance would have it' } }
      : { lease: lease! / 1000, progress: 0.5 }
  const call = {
    ...(cut !== undefined && { cut }),
    ...((verb === 'nack' || verb === 'touch') && { body: JSON.stringify(body) })
  }
  const heard = await say(actor, verb === 'cancel' ? 'DELETE' : 'POST', path, call)
  const said = heard.status === 200 ? JSON.parse(heard.body) : {}
  return act(actor, held, verb, heard, said, { ...more, front })
}

/** An ack, with whatever stands behind the receipt in the query. */
export async function ack (
  actor: Actor,
  held: Held,
  { cut, next = '' }: { cut?: Call['cut']; next?: string } = {}
): Promise<Heard> {
  // Bytes of its own, so that a client that waits can tell by which ack it came.
  const result = actor.random.chance(0.5)
    ? `{"by": "${actor.name}", "n":${actor.random.whole(0, 1e9)}.0}`
    : undefined
  const call = { ...(cut !== undefined && { cut }), ...(result !== undefined && { body: result }) }
  const heard = await say(
    actor,
    'POST',
    `/j/${held.queue}/${held.id}/ack?receipt=${held.receipt}${next}`,
    call
  )
  act(actor, held, 'ack', heard, {}, { result })
  return heard
}

interface Said {
  error?: string
  state?: string
  run_at?: number
  lease_expires?: number
}

/** Notes an answer; of a batch, what it said of this job. */
export function act (
  { world, name: actor }: Actor,
  { job, queue, receipt }: Held,
  verb: Verb,
  heard: Heard,
  said: Said = {},
  { delay, front, lease, result }: More = {}
): Outcome {
  const outcome = outcomeOf(heard, said)
  if (outcome === null) {
    world.history.violate('no request fails', queue, `${verb}: ${heard.status} ${heard.body}`, job)
    return 'unknown'
  }
  const at = said.run_at ?? said.lease_expires
  world.history.act(job, {
    verb,
    receipt: verb === 'cancel' || verb === 'retry' ? '' : receipt,
    actor,
    outcome,
    sent: heard.sent,
    answered: heard.answered,
    // A release says so where another job has the unique key by now.
    ...(outcome === 'done' &&
      said.state !== undefined && { state: said.state as 'delayed' | 'failed' }),
    ...(at !== undefined && { at: Math.round(at * 1000) }),
    ...(delay !== undefined && { delay }),
    ...(front === true && { front }),
    ...(result !== undefined && { result }),
    ...(lease !== undefined && { lease })
  })
  return outcome
}

// These two answer an ack that wanted the next: the ack itself was accepted.
function outcomeOf ({ status, body }: Heard, { error }: Said): Outcome | null {
  if (status === 'unknown') return 'unknown'
  const refusal =
    error ?? (status === 404 || status === 409 ? (JSON.parse(body) as Said).error : undefined)
  if (
    refusal === 'lease lost' ||
    refusal === 'the job is on lease' ||
    refusal === 'the job has completed'
  ) {
    return 'lost'
  }
  if (refusal?.includes('has its unique key by now')) return 'lost'
  if (refusal === 'no such job') return 'gone'
  return status === 200 || status === 204 || refusal === 'no job' || refusal === 'queue is closed'
    ? 'done'
    : null
}
