import { mayHaveFailed } from '../history/fate.ts'
import { deadlines, mayBePurged, perhaps, done, type Story } from '../history/model.ts'
import { slack } from '../history/spans.ts'
import type { Rule } from './job.ts'
import type { Act, Push } from '../history/events.ts'

// In ms: more than three times as long as a server goes without a look, for a busy machine.
const prompt = 3000

/** What must hold of the answer to a push that waits for the end of its job. */
export const waitRules: Record<string, Rule> = {
  'a client that waits gets the result of the ack': story => {
    const wrong = answers(story, 200).find(
      ({ said, answered }) =>
        !finishing(story, answered).some(ack => (ack.result ?? 'null') === said!.body)
    )
    if (wrong) return `${wrong.token}: ${wrong.said!.body}`
  },
  'a client that waits hears of a failure only if there was one': story => {
    const wrong = answers(story, 422).find(
      ({ answered }) => !mayHaveFailed(story) && !failedBy(story, answered)
    )
    if (wrong) return `${wrong.token}: ${wrong.said!.body}`
  },
  'a client that waits hears that no result will come only if that is so': story => {
    const wrong = answers(story, 410).find(({ answered }) => !mayBeGone(story, answered))
    if (wrong) return wrong.token
  },
  'a client waits as long as it asked for, and no longer than needed': story => {
    for (const {
      token,
      sent,
      answered,
      options: { wait = 0 }
    } of answers(story, 202)) {
      if (answered - sent < wait * 1000 - slack) return `${token}: 202 after ${answered - sent} ms`
      if (
        story.job.acts.some(
          act => act.verb === 'ack' && done(act) && act.answered < sent + wait * 1000
        )
      ) {
        return `${token}: 202, though it had been acked`
      }
    }
    const late = answers(story, 200).find(({ answered }) =>
      finishing(story, answered).every(ack => ack.answered < answered - prompt)
    )
    if (late) return `${late.token}: answered at ${late.answered}`
  },
  'a push that waits has one of four answers': story => {
    const wrong = story.job.pushes.find(
      ({ said }) => said !== undefined && ![200, 202, 410, 422].includes(said.status)
    )
    if (wrong) return `${wrong.token}: ${wrong.said!.status} ${wrong.said!.body}`
  }
}

function answers ({ job }: Story, status: number): Push[] {
  return job.pushes.filter(({ said }) => said?.status === status)
}

// The acks one of which must have finished the job: of those that are sent one after the other, the
// first that was accepted.
function finishing ({ job }: Story, before: number): Act[] {
  const acks = job.acts.filter(act => act.verb === 'ack' && perhaps(act) && act.sent < before)
  return acks.filter(({ sent }) => !acks.some(other => done(other) && other.answered < sent))
}

// It was given up, or its lease expired; a late ack may have been accepted after that.
function failedBy (story: Story, time: number): boolean {
  return (
    story.job.acts.some(({ state }) => state === 'failed') ||
    story.leases.some(delivery => deadlines(story, delivery).earliest < time + slack)
  )
}

function mayBeGone (story: Story, before: number): boolean {
  const { job, goods, lostTakes } = story
  const cancelled = job.acts.some(act => act.verb === 'cancel' && perhaps(act) && act.sent < before)
  const taken = lostTakes.good > 0 || goods.some(({ sent }) => sent < before)
  return (
    cancelled ||
    taken ||
    job.pushes.some(({ options }) => options.ttl !== undefined) ||
    mayBePurged(story, before)
  )
}
