import { counters, fate, unseen, type Fate, type Lists } from '../history/fate.ts'
import { rules } from './job.ts'
import { misled, neglected } from './ask.ts'
import { changeRules, misnumbered } from './purge.ts'
import { closed, slack } from '../history/spans.ts'
import { twins } from './unique.ts'
import { waitRules } from './wait.ts'
import type { Counts } from '../../../../schemas/status.ts'
import {
  actsOn,
  deadlines,
  done,
  ends,
  perhaps,
  tell,
  type Policy,
  type Story
} from '../history/model.ts'
import type { Delivery, History } from '../history/history.ts'

/** What GET /status and the lists say once all is over. */
export interface End extends Lists {
  counts: Counts
  counters: Record<'processed' | 'failed' | 'lost' | 'expired', number>
}

/**
 * Judges one queue: every job by itself, and what they add up to. Violations go into the history.
 */
export function judge (history: History, queue: string, policy: Policy, end: End): void {
  const changes = history.changes.filter(change => change.queue === queue)
  const setting = {
    policy,
    lostTakes: history.lostTakes(queue),
    purges: changes.filter(({ verb }) => verb === 'purge'),
    closed: closed(changes)
  }
  const stories = [...history.jobs()]
    .filter(job => job.queue === queue)
    .map(job => tell(job, setting))
  for (const story of stories) judgeJob(history, story)
  const fates = new Map<Story, Fate>()
  for (const story of stories) {
    const { fate: what, wrong } = fate(story, end)
    fates.set(story, what)
    history.count(`end ${what}`)
    if (wrong !== undefined) {
      history.violate('a job ends in exactly one way', queue, wrong, story.job)
    }
  }
  const violate = (rule: string, detail: string | undefined) => {
    if (detail !== undefined) history.violate(rule, queue, detail, null)
  }
  violate('everything drains', stuck(end))
  violate('the lists are as long as the counts say', unequal(end))
  violate('the counters say what happened', miscounted(stories, fates, end))
  violate('only what a lost answer took is missing', missing(history, queue, stories, fates))
  violate('no more jobs are on lease than the concurrency allows', crowded(stories, policy))
  violate('no more jobs are given out than the rate allows', hurried(stories, policy))
  const twin = twins(stories)
  if (twin) {
    history.violate('a unique key never has two unfinished jobs', queue, twin.detail, twin.job)
  }
  judgeKeeping(history, queue, stories)
}

// How the queue as a whole was stopped, opened and purged, and who asked meanwhile.
function judgeKeeping (history: History, queue: string, stories: Story[]): void {
  const changes = history.changes.filter(change => change.queue === queue)
  const asked = history.asked.filter(({ queues }) => queues.includes(queue))
  const renumbered = misnumbered(stories)
  if (renumbered) {
    history.violate(
      'ids begin again with a purge, and only then',
      queue,
      renumbered.detail,
      renumbered.job
    )
  }
  const idle = neglected(stories, asked, changes)
  if (idle !== undefined) {
    history.violate('no take is in vain while a job waits', queue, idle, null)
  }
  const lie = misled(asked, changes)
  if (lie !== undefined) {
    history.violate('a stopped queue says so, and no other does', queue, lie, null)
  }
}

function judgeJob (history: History, story: Story): void {
  for (const [rule, broken] of Object.entries({ ...rules, ...changeRules, ...waitRules })) {
    const detail = broken(story)
    if (detail !== undefined) history.violate(rule, story.job.queue, detail, story.job)
  }
  for (const { expires, receipt } of story.leases) {
    const late = actsOn(story, { receipt }).filter(act => done(act) && act.sent > expires)
    for (const { verb } of late) history.count(`late ${verb} accepted`)
  }
  const [push] = story.job.pushes
  const refused = story.job.pushes.find(
    ({ outcome, token }) =>
      outcome === 'refused' && story.job.deliveries.some(delivery => delivery.token === token)
  )
  if (push && refused) {
    history.violate('a refused push makes no job', push.queue, refused.token, story.job)
  }
}

function stuck ({ counts }: End): string | undefined {
  const { waiting, delayed, retrying, blocked, active } = counts
  if (waiting + delayed + retrying + blocked + active !== 0) {
    const others = `${retrying} retrying, ${blocked} blocked, ${active} on lease`
    return `${waiting} waiting, ${delayed} delayed, ${others}`
  }
}

function unequal ({ counts, failed, completed }: End): string | undefined {
  if (counts.failed !== failed.size || counts.completed !== completed.size) {
    return `${counts.failed} failed, ${failed.size} listed; ${counts.completed} completed, ` +
      `${completed.size} listed`
  }
}

function miscounted (stories: Story[], fates: Map<Story, Fate>, end: End): string | undefined {
  const allowed = counters(stories, fates)
  const wrong = (Object.keys(allowed) as Array<keyof typeof allowed>).filter(
    name => end.counters[name] < allowed[name].least || end.counters[name] > allowed[name].most
  )
  if (wrong.length > 0) {
    return wrong
      .map(
        name =>
          `${name} is ${end.counters[name]}, not ${allowed[name].least} to ${allowed[name].most}`
      )
      .join('; ')
  }
}

function missing (
  history: History,
  queue: string,
  stories: Story[],
  fates: Map<Story, Fate>
): string | undefined {
  const { lease, good } = history.lostTakes(queue)
  const { deliveries, jobs } = unseen(stories, fates)
  if (deliveries > lease || jobs > good) {
    return `${deliveries} deliveries for ${lease} lost answers, ${jobs} jobs for ${good}`
  }
}

function crowded (stories: Story[], { concurrency }: Policy): string | undefined {
  if (concurrency === null) return
  const spans = stories.flatMap(story =>
    story.leases.flatMap(delivery => heldSpans(story, delivery))
  )
  const steps = spans.flatMap(([from, to]) =>
    to > from
      ? [
          { at: from, step: 1 },
          { at: to, step: -1 }
        ]
      : []
  )
  // What ends in the same ms has made room first.
  steps.sort((a, b) => a.at - b.at || a.step - b.step)
  let held = 0
  for (const { at, step } of steps) {
    held += step
    if (held > concurrency) return `${held} of ${concurrency} at ${at}`
  }
}

// When the lease was certainly in force: from its start, and from each touch, up to its end or to
// whatever may have ended it.
function heldSpans (story: Story, delivery: Delivery): Array<[from: number, to: number]> {
  const acts = actsOn(story, delivery)
  const over = Math.min(
    ...[...acts.filter(ends), ...story.job.acts.filter(({ verb }) => verb === 'cancel')]
      .filter(perhaps)
      .map(({ sent }) => sent - slack)
  )
  const touches = acts
    .filter(act => act.verb === 'touch' && done(act))
    .map(({ at, lease }) => ({ at: at! - lease!, expires: at! }))
  const begun = [{ at: delivery.at, expires: delivery.expires }, ...touches].sort(
    (a, b) => a.at - b.at
  )
  const unknown = acts.some(act => act.verb === 'touch' && act.outcome === 'unknown')
  return begun.map(({ at, expires }, i) => [
    at,
    Math.min(
      unknown ? deadlines(story, delivery).earliest : expires,
      begun[i + 1]?.at ?? Infinity,
      over
    )
  ])
}

function hurried (stories: Story[], { rate }: Policy): string | undefined {
  if (rate === null) return
  const times = stories.flatMap(({ leases }) => leases.map(({ at }) => at)).sort((a, b) => a - b)
  const i = times.findIndex(
    (at, i) => (times[i + rate.limit] ?? Infinity) - at < rate.period * 1000
  )
  if (i >= 0) return `${rate.limit + 1} from ${times[i]} to ${times[i + rate.limit]}`
}
