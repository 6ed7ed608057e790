import {
  History,
  type Act,
  type Asked,
  type Change,
  type Delivery,
  type Job,
  type Push
} from './history/history.ts'
import { judge, type End } from './invariant/queue.ts'
import type { Policy } from './history/model.ts'

const policy: Policy = {
  tries: 3,
  keep: 0,
  concurrency: 1,
  rate: null,
  backoff: { base: 1, max: 1 }
}
const empty: End = {
  counts: { waiting: 0, delayed: 0, retrying: 0, blocked: 0, active: 0, failed: 0, completed: 0 },
  counters: { processed: 0, failed: 0, lost: 0, expired: 0 },
  failed: new Set(),
  completed: new Set()
}

/** What can be told to have happened. */
export interface Does {
  lease(more: Partial<Delivery>, payload?: string): void
  act(more: Partial<Act>): void
  change(more: Partial<Change>): void
  asked(more: Partial<Asked>): void
  /** Another push, of the payload with that token. */
  push(token: string, id: string, more?: Partial<Push>): void
  /** The push of the job in question. */
  first: Push
  job: Job
}

/**
 * One job, leased from 1000 to 2000 of the clock: what else happened to it, and the rules that this
 * breaks.
 */
export function broken (
  tell: (does: Does) => void,
  end: Partial<End> = {},
  more: Partial<Policy> = {},
  reborn: string[] = []
): string[] {
  const history = new History(reborn)
  const push = (token: string, id: string, more: Partial<Push> = {}): Push => {
    const one = Object.assign(history.push(token, 'mail', `{"token":"${token}"}`, {}, 'producer'), {
      outcome: 'sure',
      sent: 900,
      answered: 905,
      ...more
    })
    history.identify(one, id)
    return one
  }
  const first = push('mail.1', '1')
  const { job } = first
  const lease = (more: Partial<Delivery>, payload = first.payload) => {
    history.delivered('mail', '1', payload, {
      kind: 'lease',
      actor: 'a',
      sent: 1000,
      answered: 1001,
      at: 1000,
      expires: 2000,
      lease: 1000,
      attempt: 1,
      receipt: '1-a',
      ...more
    })
  }
  const act = (more: Partial<Act>) =>
    history.act(job, {
      verb: 'ack',
      receipt: '1-a',
      actor: 'a',
      outcome: 'done',
      sent: 1500,
      answered: 1501,
      ...more
    })
  const change = (more: Partial<Change>) =>
    history.change({
      queue: 'mail',
      verb: 'stop',
      outcome: 'done',
      actor: 'keeper',
      sent: 940,
      answered: 941,
      ...more
    })
  const asked = (more: Partial<Asked>) =>
    history.asked.push({
      queues: ['mail'],
      waits: false,
      said: 'none',
      sent: 950,
      answered: 960,
      ...more
    })
  lease({})
  tell({ lease, act, change, asked, push, first, job })
  judge(history, 'mail', { ...policy, ...more }, { ...empty, ...end })
  return history.violations.map(({ rule }) => rule)
}

/** An end at which everything has come to nothing but these counters. */
export const counted = (counters: Partial<End['counters']>): Partial<End> => ({
  counters: { ...empty.counters, ...counters }
})

/** An end at which jobs are left, as many as the argument says. */
export const left = (counts: Partial<End['counts']>): Partial<End> => ({
  counts: { ...empty.counts, ...counts }
})

/** The job is leased once more, as soon as that may be. */
export const again = {
  sent: 2000,
  answered: 2001,
  at: 2000,
  expires: 3000,
  attempt: 2,
  receipt: '2-b',
  actor: 'b'
}
