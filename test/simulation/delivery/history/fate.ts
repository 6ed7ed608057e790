import { attemptsMissed } from '../invariant/job.ts'
import {
  actsOn,
  awaited,
  deadlines,
  done,
  ends,
  keptFor,
  lapsed,
  lossesAtMost,
  mayBePurged,
  perhaps,
  purgeOf,
  renewed,
  revivals,
  triesOf,
  type Story
} from './model.ts'
import { slack } from './spans.ts'
import { sincePurge } from '../invariant/purge.ts'
import type { Act } from './history.ts'

/** Where jobs are listed at the end, by token. */
export interface Lists {
  failed: Set<string>
  completed: Set<string>
}

/**
 * What has become of a job. `vanished`: a client whose answer was lost must have taken it.
 */
export type Fate =
  | 'acked'
  | 'taken'
  | 'cancelled'
  | 'failed'
  | 'expired'
  | 'purged'
  | 'absent'
  | 'unknown'
  | 'vanished'

/**
 * The end of a job by what its clients and the lists say; `wrong` if the two do not go together.
 */
export function fate (story: Story, lists: Lists): { fate: Fate; wrong?: string } {
  const { job, goods } = story
  const listed = job.pushes.filter(({ token }) => lists.failed.has(token)).length
  const kept = job.pushes.filter(({ token }) => lists.completed.has(token)).length
  const acked = job.acts.some(act => act.verb === 'ack' && done(act))
  const cancelled = job.acts.some(act => act.verb === 'cancel' && done(act))
  if (listed + kept > 1) return { fate: 'unknown', wrong: 'listed twice' }
  if (purgeOf(story) !== undefined && listed + kept > 0) {
    return { fate: 'purged', wrong: 'purged, and listed all the same' }
  }
  if (goods.length > 0 || cancelled || (acked && keptFor(story) === 0)) {
    return ended(goods.length > 0 ? 'taken' : acked ? 'acked' : 'cancelled', listed + kept)
  }
  if (acked) {
    return kept === 1 || unknown(story, 'cancel') || awaited(story) || mayBePurged(story)
      ? { fate: 'acked' }
      : { fate: 'acked', wrong: 'it was to be kept, and is not among the completed' }
  }
  if (listed === 1) {
    return mayHaveFailed(story)
      ? { fate: 'failed' }
      : { fate: 'failed', wrong: 'it failed without a reason' }
  }
  if (kept === 1) {
    return unknown(story, 'ack')
      ? { fate: 'acked' }
      : { fate: 'acked', wrong: 'completed, though no worker acked it' }
  }
  return unlisted(story)
}

function ended (fate: Fate, listed: number): { fate: Fate; wrong?: string } {
  return listed === 0 ? { fate } : { fate, wrong: `${fate}, and listed all the same` }
}

function unlisted (story: Story): { fate: Fate; wrong?: string } {
  const { job, leases } = story
  if (job.pushes.every(({ outcome }) => outcome === 'refused')) return { fate: 'absent' }
  if (leases.length === 0 && job.pushes.every(({ outcome }) => outcome !== 'sure')) {
    return { fate: 'absent' }
  }
  if (mayBePurged(story)) return { fate: 'purged' }
  if (unknown(story, 'ack') || unknown(story, 'cancel')) return { fate: 'unknown' }
  const mayExpire = leases.length === 0 || job.acts.some(act => act.front && perhaps(act))
  if (mayExpire && job.pushes.some(({ options }) => options.ttl !== undefined)) {
    return { fate: 'expired' }
  }
  if (story.lostTakes.good > 0) return { fate: 'vanished' }
  return { fate: 'unknown', wrong: 'it is lost' }
}

const unknown = ({ job }: Story, verb: Act['verb']): boolean =>
  job.acts.some(act => act.verb === verb && act.outcome === 'unknown')

/** Something that its clients saw lets the job have failed for good. */
export function mayHaveFailed (story: Story): boolean {
  const last = story.leases.at(-1)
  // Perhaps all of its deliveries were to clients whose answer was lost.
  if (story.lostTakes.lease > 0 || unknown(story, 'nack') || unknown(story, 'release')) return true
  // Put back, it may have found its unique key with another job.
  if (
    story.lostTakes.good > 0 &&
    story.job.pushes.some(({ options }) => options.uniq !== undefined)
  ) {
    return true
  }
  if (last === undefined) return false
  const acts = actsOn(story, last)
  if (acts.some(({ state }) => state === 'failed')) return true
  return (
    !acts.some(act => ends(act) && done(act)) &&
    (last.attempt >= triesOf(story, last) || lossesAtMost(story) >= 3)
  )
}

/** What a queue may have counted. */
export interface Bounds {
  least: number
  most: number
}
export type Counters = Record<'processed' | 'failed' | 'lost' | 'expired', Bounds>

/** What the stories of a queue leave open about its counters. */
export function counters (stories: Story[], fates: Map<Story, Fate>): Counters {
  const [takes = { lease: 0, good: 0 }] = stories.map(({ lostTakes }) => lostTakes)
  const { certain, possible } = sincePurge(stories)
  const sum = (count: (story: Story) => number, among = possible) =>
    among.reduce((total, story) => total + count(story), 0)
  const acts = (story: Story, verb: Act['verb'], outcome: Act['outcome']) =>
    story.job.acts.filter(act => act.verb === verb && act.outcome === outcome).length
  const processed = (story: Story) =>
    story.goods.length > 0 || acts(story, 'ack', 'done') > 0 ? 1 : 0
  const failed = (story: Story) => acts(story, 'nack', 'done')
  const lost = (story: Story) => lossesAtLeast(story, fates.get(story)!)
  const expired = (story: Story) => (fates.get(story) === 'expired' ? 1 : 0)
  const doubtful = (story: Story) => (mayHaveExpired(story, fates.get(story)!) ? 1 : 0)
  return {
    processed: {
      least: sum(processed, certain),
      most:
        sum(processed) +
        takes.good +
        sum(story => (acts(story, 'ack', 'done') === 0 && unknown(story, 'ack') ? 1 : 0))
    },
    failed: {
      least: sum(failed, certain),
      most: sum(failed) + sum(story => acts(story, 'nack', 'unknown'))
    },
    lost: { least: sum(lost, certain), most: sum(lost) + takes.lease + sum(lossesInDoubt) },
    expired: {
      least: Math.max(0, sum(expired, certain) - takes.good - takes.lease),
      most: sum(expired) + sum(doubtful)
    }
  }
}

function mayHaveExpired ({ job }: Story, end: Fate): boolean {
  return job.pushes.some(
    ({ outcome, options }) =>
      (outcome === 'unknown' || end === 'purged') && options.ttl !== undefined
  )
}

function lossesAtLeast (story: Story, end: Fate): number {
  const sure = story.leases.filter((_, i) => lapsed(story, i)).length
  const last = story.leases.at(-1)
  const died =
    end === 'failed' &&
    last !== undefined &&
    !actsOn(story, last).some(act => ends(act) && perhaps(act))
  return sure + (died ? 1 : 0)
}

function lossesInDoubt (story: Story): number {
  return story.leases.reduce((sum, delivery, i) => {
    const acts = [
      ...actsOn(story, delivery),
      ...story.job.acts.filter(({ verb }) => verb === 'cancel')
    ]
    const late = acts.some(
      act =>
        perhaps(act) &&
        act.verb !== 'touch' &&
        (act.outcome === 'unknown' || act.answered > deadlines(story, delivery).earliest - slack)
    )
    const unended = !lapsed(story, i) && !acts.some(act => perhaps(act) && act.verb !== 'touch')
    return sum + revivals(story, delivery).length + (late || unended ? 1 : 0)
  }, 0)
}

/**
 * How many deliveries, and how many jobs, must have gone to clients whose answer was lost; no more
 * than there were.
 */
export function unseen (
  stories: Story[],
  fates: Map<Story, Fate>
): { deliveries: number; jobs: number } {
  return {
    deliveries: stories
      .filter(story => !renewed(story))
      .reduce((sum, story) => sum + Math.max(0, attemptsMissed(story)), 0),
    jobs: [...fates.values()].filter(end => end === 'vanished').length
  }
}
