import {
  closed,
  overlap,
  perhapsClosed,
  slack,
  within,
  without,
  type Span
} from '../history/spans.ts'
import { perhaps, type Story } from '../history/model.ts'
import type { Asked, Change, Delivery } from '../history/events.ts'

// In ms: more than three times as long as a server goes without a look, for a busy machine.
const prompt = 3000

/**
 * A take found nothing, or went on waiting, while a job certainly stood in line for all that time.
 */
export function neglected (
  stories: Story[],
  asked: Asked[],
  changes: Change[]
): string | undefined {
  const [{ policy, lostTakes } = { policy: null, lostTakes: null }] = stories
  if (
    policy === null ||
    policy.concurrency !== null ||
    policy.rate !== null ||
    lostTakes.lease + lostTakes.good > 0
  ) {
    return
  }
  const shut = perhapsClosed(changes)
  const standing = stories
    .flatMap(story => without(inLine(story), shut))
    .sort((a, b) => a[0] - b[0])
  const vain = asked
    .filter(({ said }) => said === 'none')
    .find(take => covered(span(take), standing))
  if (vain) return `nothing for one who asked from ${vain.sent} to ${vain.answered}`
  const long = asked.filter(({ sent, answered }) => answered - sent > prompt)
  const late = long.find(take => standing.some(job => overlap(span(take), job) > prompt))
  if (late) return `one who asked from ${late.sent} waited until ${late.answered}`
}

const span = ({ sent, answered }: Asked): Span => [sent, answered]

// When a job that may run at once certainly waited for its first delivery; empty for one of which
// that is not known.
function inLine ({ job, leases, purges }: Story): Span {
  const [push] = job.pushes
  const { delay, delayed, ttl, uniq } = push!.options
  const first: Delivery | undefined = [...job.deliveries].sort((a, b) => a.answered - b.answered)[0]
  const plain =
    job.pushes.length === 1 &&
    push!.outcome === 'sure' &&
    [delay, delayed, ttl, uniq].every(option => option === undefined)
  if (
    !plain ||
    first === undefined ||
    first.attempt > 1 ||
    job.acts.some(act => act.verb === 'retry' && perhaps(act))
  ) {
    return [0, 0]
  }
  const taken = first.kind === 'lease' ? leases[0]!.at - slack : first.sent
  return [
    push!.answered,
    Math.min(taken, ...purges.map(({ sent }) => sent).filter(sent => sent > push!.sent))
  ]
}

// Whether one of the spans, in the order of their beginnings, holds all of it.
function covered (inner: Span, spans: Span[]): boolean {
  return spans.some(outer => (outer[0] > inner[0] ? false : within(inner, outer)))
}

/** An answer that does not go with whether the queue was open. */
export function misled (asked: Asked[], changes: Change[]): string | undefined {
  const [shut, perhapsShut] = [closed(changes), perhapsClosed(changes)]
  const wrong = asked.find(
    take =>
      take.queues.length === 1 &&
      ((take.said === 'closed' && !perhapsShut.some(other => overlap(span(take), other) > 0)) ||
        (take.said === 'none' && !take.waits && shut.some(other => within(span(take), other))))
  )
  if (wrong) return `from ${wrong.sent} to ${wrong.answered}: ${wrong.said}`
}
