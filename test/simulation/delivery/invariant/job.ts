import type { Act } from '../history/history.ts'
import {
  actsOn,
  deadlines,
  done,
  ends,
  keptFor,
  lapsed,
  mayBePurged,
  perhaps,
  renewed,
  triesOf,
  yields,
  type Story
} from '../history/model.ts'
import { slack } from '../history/spans.ts'

/** Says how a job's story breaks the rule, or nothing. */
export type Rule = (story: Story) => string | undefined

/** What must hold of every job, whatever went on at the same time. */
export const rules: Record<string, Rule> = {
  'no job is held by two receipts': story => {
    const i = story.leases.findIndex((delivery, i) => i > 0 && heldAt(story, i - 1) > delivery.at)
    if (i > 0) {
      return `delivered at ${story.leases[i]!.at}, but the receipt before it held until ` +
        `${heldAt(story, i - 1)}`
    }
  },
  'a receipt is refused once the job has been given to another': story => {
    const stale = story.job.acts.find(
      act =>
        done(act) &&
        story.leases.some(
          (delivery, i) =>
            delivery.receipt === act.receipt &&
            story.leases.slice(i + 1).some(later => later.answered < act.sent)
        )
    )
    if (stale) return `${stale.verb} ${stale.receipt} at ${stale.sent} was accepted`
  },
  'a receipt ends its delivery once': story => {
    for (const delivery of story.leases) {
      const ended = actsOn(story, delivery).filter(act => ends(act) && done(act))
      const repeated = keptFor(story) > 0 && ended.every(({ verb }) => verb === 'ack')
      if (ended.length > 1 && !repeated) {
        return `${delivery.receipt}: ${ended.map(({ verb }) => verb).join(', ')}`
      }
    }
  },
  'a job has one end': story => {
    const { acts } = story.job
    const ended = [acts.some(isAck), ...story.goods, ...acts.filter(isCancel)].filter(
      Boolean
    ).length
    const droppedAfterwards = keptFor(story) > 0 && acts.some(isAck) && story.goods.length === 0
    if (ended > (droppedAfterwards ? 2 : 1)) return `${ended} ends`
  },
  'what has ended is never delivered again': story => {
    const { acts } = story.job
    const acked = acts.filter(isAck).find(ack => story.leases.at(-1)?.receipt !== ack.receipt)
    if (acked) return `acked with ${acked.receipt}`
    const failed = acts.find(
      act =>
        act.state === 'failed' && !renewed(story) && story.leases.at(-1)?.receipt !== act.receipt
    )
    if (failed) return `failed for good with ${failed.receipt}`
    const end = Math.min(
      ...[...story.goods, ...acts.filter(isCancel)].map(({ answered }) => answered)
    )
    const later = story.job.deliveries.find(({ sent }) => sent > end)
    if (later) return `delivered at ${later.answered}`
  },
  'what has ended is touched no more': story => {
    const end = Math.min(
      ...[...story.goods, ...story.job.acts.filter(act => isAck(act) || isCancel(act))].map(
        ({ answered }) => answered
      )
    )
    const allowed = keptFor(story) > 0 ? ['ack', 'cancel'] : []
    const later = story.job.acts.find(
      act => done(act) && act.sent > end && !allowed.includes(act.verb)
    )
    if (later) return `${later.verb} at ${later.sent} was accepted`
  },
  'a receipt in force is accepted': story => {
    const refused = story.job.acts.find(act => refusedInForce(story, act))
    if (refused) return `${refused.verb} ${refused.receipt} at ${refused.sent}: ${refused.outcome}`
  },
  'a late receipt is accepted while no other worker has the job': story => {
    const refused = story.job.acts.find(act => act.outcome === 'lost' && !superseded(story, act))
    if (refused) return `${refused.verb} ${refused.receipt} at ${refused.sent}`
  },
  'a job that is there is found': story => {
    const { acts } = story.job
    const refused = acts.find(
      act =>
        act.outcome === 'gone' &&
        story.goods.length === 0 &&
        story.lostTakes.good === 0 &&
        !mayBePurged(story, act.answered) &&
        !acts.some(
          other =>
            other !== act &&
            (other.verb === 'ack' || other.verb === 'cancel') &&
            perhaps(other) &&
            other.sent < act.answered
        )
    )
    if (refused) return `${refused.verb} ${refused.receipt} at ${refused.sent}`
  },
  'the attempt never exceeds the tries': story => {
    const late = story.leases.find(
      delivery => delivery.attempt > triesOf(story, delivery) || delivery.attempt < 1
    )
    if (late) return `attempt ${late.attempt} of ${triesOf(story, late)}`
  },
  'a delivery counts': story => {
    if (attemptsMissed(story) < 0) {
      return `attempts ${story.leases.map(({ attempt }) => attempt).join(', ')}`
    }
  },
  'three losses in a row are the end': story => {
    const i = story.leases.findIndex(
      (_, i) => !renewed(story) && [i, i + 1, i + 2].every(n => lapsed(story, n))
    )
    if (i >= 0) return `delivered again after the three that began with ${story.leases[i]!.receipt}`
  },
  'no job is early': story => {
    const first = [...story.leases, ...story.goods].find(
      delivery => (delivery.at || delivery.answered + slack) < dueAt(story, delivery.token)
    )
    if (first && !story.job.acts.some(({ verb }) => verb === 'retry')) {
      return `due at ${dueAt(story, first.token)}, given at ${first.at || first.answered}`
    }
    const i = story.leases.findIndex((delivery, i) => i > 0 && delivery.at < againAt(story, i - 1))
    if (i > 0 && !renewed(story)) {
      return `due again at ${againAt(story, i - 1)}, given at ${story.leases[i]!.at}`
    }
  },
  'no job is given out for the first time after its ttl': story => {
    const [first = story.goods[0]] = story.leases
    const push = story.job.pushes.find(({ token }) => token === first?.token)
    if (
      first === undefined ||
      push?.options.ttl === undefined ||
      first.attempt > 1 ||
      story.lostTakes.lease + story.lostTakes.good > 0
    ) {
      return
    }
    const end = push.answered + slack + 1000 * ((push.options.delay ?? 0) + push.options.ttl)
    const given = first.at || first.sent
    if (given > Math.max(end, 1000 * ((push.options.delayed ?? 0) + push.options.ttl))) {
      return `given at ${given}, its ttl ended by ${end}`
    }
  }
}

const isAck = (act: Act): boolean => act.verb === 'ack' && done(act)
const isCancel = (act: Act): boolean => act.verb === 'cancel' && done(act)

// Until when the i-th delivery kept others away: until it was given back, or else until its lease
// had ended.
function heldAt (story: Story, i: number): number {
  const delivery = story.leases[i]!
  const next = story.leases[i + 1]!
  const given = actsOn(story, delivery).filter(
    act => yields(act) && perhaps(act) && act.sent < next.answered
  )
  return given.length > 0 ? -Infinity : deadlines(story, delivery, next.answered).earliest
}

function refusedInForce (story: Story, act: Act): boolean {
  const delivery = story.leases.find(({ receipt }) => receipt === act.receipt)
  if (delivery === undefined || (act.outcome !== 'lost' && act.outcome !== 'gone')) return false
  const others = story.job.acts.some(
    other =>
      other !== act &&
      perhaps(other) &&
      other.sent < act.answered &&
      (other.verb === 'cancel' || (other.receipt === act.receipt && ends(other)))
  )
  return (
    !others &&
    !mayBePurged(story, act.answered) &&
    act.answered + slack < deadlines(story, delivery, act.answered).earliest
  )
}

// 409 has a reason: the job was delivered again, perhaps to a client whose answer was lost, or this
// receipt had ended it.
function superseded (story: Story, act: Act): boolean {
  const i = story.leases.findIndex(({ receipt }) => receipt === act.receipt)
  const again = story.leases.slice(i + 1).some(({ sent }) => sent < act.answered)
  const ended = story.job.acts.some(
    other =>
      other !== act &&
      other.receipt === act.receipt &&
      ends(other) &&
      perhaps(other) &&
      other.sent < act.answered
  )
  const barred =
    act.verb === 'touch' && (story.policy.concurrency !== null || story.leases.length === i + 1)
  return (
    again ||
    ended ||
    barred ||
    mayBePurged(story, act.answered) ||
    story.lostTakes.lease > 0 ||
    renewed(story)
  )
}

/**
 * How many deliveries that no client saw are counted in the attempts that were seen; less than 0
 * is one that was not counted.
 */
export function attemptsMissed (story: Story): number {
  if (renewed(story)) return 0
  let missed = (story.leases[0]?.attempt ?? 1) - 1
  if (missed < 0) return -1
  for (const [i, delivery] of story.leases.entries()) {
    const next = story.leases[i + 1]
    if (next === undefined) break
    const released = actsOn(story, delivery).filter(({ verb }) => verb === 'release')
    const most = next.attempt - delivery.attempt - (released.some(done) ? 0 : 1)
    if (most < 0 && !(most === -1 && released.some(perhaps))) return most
    missed += Math.max(most, 0)
  }
  return missed
}

function dueAt ({ job }: Story, token: string): number {
  const {
    sent,
    options: { delay = 0, delayed = 0 }
  } = job.pushes.find(push => push.token === token)!
  return delay > 0 ? sent - slack + delay * 1000 : delayed * 1000
}

function againAt (story: Story, i: number): number {
  const [given] = actsOn(story, story.leases[i]!).filter(act => yields(act) && done(act))
  if (given === undefined) return -Infinity
  return given.verb === 'nack' ? given.at! : given.sent - slack + 1000 * (given.delay ?? 0)
}
