import type { Held } from './acts.ts'
import type { Actor, Heard } from './world.ts'

export function leaseBy ({ random }: Actor): number {
  return random.pick([1000, 1000, 1250, 1500, 2000])
}

/** The job an answer brought, noted; null when there is none, or the answer was lost. */
export function received (actor: Actor, heard: Heard, lease: number, names: string[]): Held | null {
  const { headers, status, body, sent, answered } = heard
  const { history } = actor.world
  if (status === 'unknown') history.lostTake(names, 'lease', 1)
  if (status !== 200) return null
  const expires = Math.round(Number(headers['x-presque-lease-expires']) * 1000)
  const given = {
    receipt: String(headers['x-presque-receipt']),
    attempt: Number(headers['x-presque-attempt']),
    expires
  }
  const queue = String(headers['x-presque-queue'])
  if (!names.includes(queue)) {
    history.violate('a job comes from a queue ' +
    'that was asked', queue, names.join(','), null)
  }
  return note(actor, queue, String(headers['x-presque-job']), body, {
    ...given,
    sent,
    answered,
    lease
  })
}

interface Given {
  receipt: string
  attempt: number
  expires: number
  lease: number
  sent: number
  answered: number
}

export function note (
  actor: Actor,
  queue: string,
  id: string,
  payload: string,
  given: Given
): Held | null {
  const at = given.expires - given.lease
  const job = actor.world.history.delivered(queue, id, payload, {
    ...given,
    at,
    kind: 'lease',
    actor: actor.name
  })
  return (
    job && {
      job,
      queue,
      id,
      receipt: given.receipt,
      expires: given.expires,
      deadly: payload.includes('"deadly":true')
    }
  )
}

/** A job of an answer with several. */
export interface Leased {
  id: string
  receipt: string
  attempt: number
  expires: number
  payload: { token: string }
}

/** The jobs of an answer with several, noted; `count` were asked for. */
export function receivedAll (
  actor: Actor,
  heard: Heard,
  queue: string,
  jobs: Leased[],
  { lease, count }: { lease: number; count: number }
): Held[] {
  const { history } = actor.world
  const { sent, answered, body } = heard
  if (jobs.length > count) {
    history.violate(
      'a batch holds no more than was asked for',
      queue,
      `${jobs.length} for ${count}`,
      null
    )
  }
  return jobs.flatMap(job => {
    const text = history.pushes.get(job.payload.token)?.payload ?? JSON.stringify(job.payload)
    if (!body.includes(`"payload":${text}}`)) {
      history.violate('the bytes that come back are ' +
      'those that went in', queue, text, null)
    }
    const expires = Math.round(job.expires * 1000)
    return note(actor, queue, job.id, text, { ...job, expires, lease, sent, answered }) ?? []
  })
}
