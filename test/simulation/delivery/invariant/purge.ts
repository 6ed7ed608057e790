import { done, mayBePurged, purgeOf, type Story } from '../history/model.ts'
import { slack } from '../history/spans.ts'
import type { Rule } from './job.ts'
import type { Job, Push } from '../history/events.ts'

/** What must hold of every job of a queue that is stopped or purged. */
export const changeRules: Record<string, Rule> = {
  'a stopped queue gives out nothing': ({ leases, goods, closed }) => {
    const given = [
      ...leases.map(({ at }) => [at, at] as const),
      ...goods.map(({ sent, answered }) => [sent, answered] as const)
    ]
    const wrong = given.find(([from, to]) =>
      closed.some(([start, end]) => from > start && to < end)
    )
    if (wrong) return `given at ${wrong[0]}`
  },
  'a purged job is never delivered': story => {
    const purge = purgeOf(story)
    const later = story.job.deliveries.find(
      ({ at, sent }) =>
        purge !== undefined && (sent > purge.answered || at > purge.answered + slack)
    )
    if (later) return `purged by ${purge!.answered}, delivered at ${later.answered}`
  },
  'a receipt of before a purge fits nothing': story => {
    const purge = purgeOf(story)
    const later = story.job.acts.find(
      act => purge !== undefined && done(act) && act.sent > purge.answered
    )
    if (later) return `purged by ${purge!.answered}, ${later.verb} at ${later.sent} was accepted`
  }
}

/** After a purge, and not otherwise, an id is given again. */
export function misnumbered (stories: Story[]): { detail: string; job: Job } | undefined {
  const [{ purges } = { purges: [] }] = stories
  const pushes = stories
    .flatMap(({ job }) => job.pushes.filter(({ outcome }) => outcome === 'sure'))
    .sort((a, b) => a.sent - b.sent)
  const before = new Map<string, Push>()
  for (const push of pushes) {
    const { id } = push.job
    const other = id === null ? undefined : before.get(id)
    // Of two the first that was sent may be the later one in Redis.
    const latest = Math.max(push.answered, other?.answered ?? 0)
    if (
      other &&
      other.job !== push.job &&
      !purges.some(({ sent, answered }) => answered > other.sent && sent < latest)
    ) {
      return { detail: `${other.token} and ${push.token} are both ${id}`, job: push.job }
    }
    if (id !== null) before.set(id, push)
    const purge = purges.findLast(
      ({ outcome, answered }) => outcome === 'done' && answered < push.sent
    )
    if (
      purge &&
      Number(id ?? 0) > stories.filter(({ job }) => mayCount(job, purge.sent, push.answered)).length
    ) {
      return {
        detail: `${push.token} is ${id}, though the queue was purged at ${purge.sent}`,
        job: push.job
      }
    }
  }
}

// Its push may have used up a number between the two.
function mayCount ({ pushes }: Job, from: number, to: number): boolean {
  return pushes.some(({ sent, answered }) => sent < to && answered > from)
}

/**
 * The stories that a queue's counters may tell of, and those of which they must: a purge sets them
 * to nothing.
 */
export function sincePurge (stories: Story[]): { possible: Story[]; certain: Story[] } {
  return {
    possible: stories.filter(story => purgeOf(story) === undefined),
    certain: stories.filter(story => !mayBePurged(story))
  }
}
