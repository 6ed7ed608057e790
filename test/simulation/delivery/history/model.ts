import type { Act, Change, Delivery, Job, LostTakes } from './history.ts'
import { slack, type Span } from './spans.ts'

/** What a queue was set to, in seconds. */
export interface Policy {
  tries: number
  keep: number
  concurrency: number | null
  rate: { limit: number; period: number } | null
  backoff: { base: number; max: number }
}

/** The life of one job, put in order, with all that it takes to judge it. */
export interface Story {
  job: Job
  policy: Policy
  /** In the order in which Redis gave them. */
  leases: Delivery[]
  goods: Delivery[]
  lostTakes: LostTakes
  purges: Change[]
  /** When its queue certainly gave out nothing. */
  closed: Span[]
}

/** What went on in a queue, apart from its jobs. */
export type Setting = Pick<Story, 'policy' | 'lostTakes' | 'purges' | 'closed'>

export function tell (job: Job, setting: Setting): Story {
  // In the same ms: a delivery that follows another of the job is answered later.
  const leases = job.deliveries
    .filter(({ kind }) => kind === 'lease')
    .sort((a, b) => a.at - b.at || a.answered - b.answered)
  return { ...setting, job, leases, goods: job.deliveries.filter(({ kind }) => kind === 'good') }
}

export const done = (act: Act): boolean => act.outcome === 'done'
export const perhaps = (act: Act): boolean => act.outcome === 'done' || act.outcome === 'unknown'

/** The acts with the receipt of a delivery. */
export function actsOn ({ job }: Story, { receipt }: Pick<Delivery, 'receipt'>): Act[] {
  return job.acts.filter(act => act.receipt === receipt)
}

/** Gives the job up: it may be delivered again. */
export const yields = ({ verb }: Act): boolean => verb === 'nack' || verb === 'release'
/** After it the receipt is worth nothing, but for an ack of a job that is kept. */
export const ends = (act: Act): boolean => act.verb === 'ack' || yields(act)

/** The job began anew: it was redriven, or another push replaced it. */
export function renewed ({ job }: Story): boolean {
  return job.pushes.length > 1 || job.acts.some(act => act.verb === 'retry' && perhaps(act))
}

export function triesOf (story: Story, { token }: Delivery): number {
  return story.job.pushes.find(push => push.token === token)?.options.tries ?? story.policy.tries
}

/**
 * A client waits for its end: its result is kept for a minute, or until it has been handed
 * over.
 */
export const awaited = ({ job }: Story): boolean =>
  job.pushes.some(({ options }) => options.wait !== undefined)

/**
 * For how many seconds the job is kept once it is acked: of several pushes, the one that was
 * delivered last says.
 */
export function keptFor (story: Story): number {
  const { job, policy, leases } = story
  const token = leases.at(-1)?.token
  const keep =
    (job.pushes.find(push => push.token === token) ?? job.pushes[0]!).options.keep ?? policy.keep
  return awaited(story) ? Math.max(keep, 60) : keep
}

/** A purge may have taken the job, by what happened before `before`. */
export function mayBePurged ({ job, purges }: Story, before = Infinity): boolean {
  return purges.some(
    ({ sent, answered }) =>
      sent < before && answered > Math.min(...job.pushes.map(push => push.sent))
  )
}

/** The purge that certainly took the job, unless it had ended before. */
export function purgeOf ({ job, purges }: Story): Change | undefined {
  const there = Math.max(
    ...job.pushes.map(({ answered, outcome }) => (outcome === 'sure' ? answered : Infinity))
  )
  return purges.find(({ outcome, sent }) => outcome === 'done' && sent > there)
}

/**
 * The earliest and the latest end that the lease can have had, in ms of Redis's clock, by the
 * requests that were sent before `before`.
 */
export function deadlines (
  story: Story,
  delivery: Delivery,
  before = Infinity
): { earliest: number; latest: number } {
  const touches = actsOn(story, delivery).filter(
    act => act.verb === 'touch' && perhaps(act) && act.sent < before
  )
  // One that was sent after another was answered takes its place.
  const last = (answered: number) => !touches.some(touch => done(touch) && touch.sent > answered)
  const set = touches
    .filter(done)
    .filter(({ answered }) => last(answered))
    .map(({ at }) => at!)
  const unknown = touches.filter(touch => !done(touch))
  const begun = last(delivery.answered) ? [delivery.expires] : []
  return {
    earliest: Math.min(
      ...begun,
      ...set,
      ...unknown.map(({ sent, lease }) => sent - slack + lease!)
    ),
    latest: Math.max(...begun, ...set, ...unknown.map(({ sent, lease }) => sent + 10_000 + lease!))
  }
}

/** The moments at which a lease that had perhaps expired was taken up again. */
export function revivals (story: Story, delivery: Delivery): Act[] {
  return actsOn(story, delivery).filter(
    act =>
      act.verb === 'touch' &&
      perhaps(act) &&
      act.answered > deadlines(story, delivery, act.sent).earliest - slack
  )
}

/** The lease certainly expired: the job was delivered again, and no worker had released it. */
export function lapsed (story: Story, i: number): boolean {
  const delivery = story.leases[i]!
  return (
    story.leases[i + 1] !== undefined &&
    !actsOn(story, delivery).some(act => perhaps(act) && ends(act))
  )
}

/**
 * How many losses without an explicit failure between them the job can have had at most, up to its
 * last delivery.
 */
export function lossesAtMost (story: Story): number {
  let losses = 0
  for (const delivery of story.leases) {
    losses += 1 + revivals(story, delivery).length
    if (actsOn(story, delivery).some(act => act.verb === 'nack' && done(act))) losses = 0
  }
  return losses
}
