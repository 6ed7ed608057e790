import { done, type Story } from '../history/model.ts'
import { overlap, slack, type Span } from '../history/spans.ts'
import type { Job } from '../history/history.ts'

/** Two jobs of one unique key that were certainly unfinished at one time. */
export function twins (stories: Story[]): { detail: string; job: Job } | undefined {
  const known = new Map<string, Array<{ job: Job; span: Span }>>()
  for (const { uniq, job, span } of stories.flatMap(unfinished)) {
    const others = known.get(uniq) ?? []
    const twin = others.find(other => other.job !== job && overlap(other.span, span) > 0)
    if (twin) {
      return {
        detail: `${uniq}: the jobs ${twin.job.id} and ${job.id} ` +
          `at ${Math.max(twin.span[0], span[0])}`,
        job
      }
    }
    known.set(uniq, [...others, { job, span }])
  }
}

// From the answer to a push or a redrive until a client asks for anything that may end the job, or
// its time to live may be over. Where the answer to a take was lost, nothing is certain, nor after
// a redrive of a job with a time to live.
function unfinished ({ job, lostTakes }: Story): Array<{ uniq: string; job: Job; span: Span }> {
  const { uniq } = job.pushes[0]!.options
  if (uniq === undefined || lostTakes.lease + lostTakes.good > 0) return []
  const over = Math.min(
    ...job.pushes.map(({ sent, options: { ttl = Infinity } }) => sent + ttl * 1000 - slack)
  )
  const redriven = job.acts.filter(act => act.verb === 'retry' && done(act))
  const begun = [
    ...job.pushes.filter(({ outcome }) => outcome === 'sure'),
    ...(over === Infinity ? redriven : [])
  ]
  return begun.map(({ sent, answered }) => {
    const after = [...job.deliveries, ...job.acts].filter(
      one => one.answered > sent && one.answered !== answered
    )
    return { uniq, job, span: [answered, Math.min(over, ...after.map(one => one.sent))] }
  })
}
