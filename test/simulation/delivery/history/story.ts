import type { Job } from './events.ts'

/** The whole life of a job as its clients saw it, in the order in which they asked. */
export function story (job: Job): string[] {
  const events = [
    ...job.pushes.map(push => ({
      ...push,
      said: `push ${push.token} ${JSON.stringify(push.options)} -> ${push.outcome}`
    })),
    ...job.deliveries.map(d => ({
      ...d,
      said: `${d.kind} ${d.token} -> attempt ${d.attempt}, receipt ${d.receipt}, ` +
        `by Redis's clock from ${d.at} to ${d.expires}`
    })),
    ...job.acts.map(act => ({
      ...act,
      said: `${act.verb} ${act.receipt}${act.delay === undefined ? '' : ` delay ${act.delay}`} ` +
        `-> ${act.state ?? act.outcome} ${act.at ?? ''}`
    }))
  ]
  const lines = events
    .sort((a, b) => a.sent - b.sent)
    .map(
      ({ actor, sent, answered, said }) =>
        `${sent.toFixed(1)} .. ${answered.toFixed(1)}  ${actor}  ${said}`
    )
  return [`job ${job.queue}/${job.id ?? '?'}`, ...lines]
}
