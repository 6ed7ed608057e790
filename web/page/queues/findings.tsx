import { useState } from 'preact/hooks'
import { getFindings, takeStep, type Finding, type Step } from '../../api/finding.ts'
import { usePoll } from '../../api/poll.ts'
import { Button } from '../../part/button.tsx'
import { notifyOutcome } from '../../part/notice.tsx'
import { Text } from '../../part/text.tsx'
import { Ago } from '../../part/time.tsx'
import { whyForbidden } from '../../state/access.ts'
import { serverNow } from '../../state/clock.ts'
import { href } from '../../state/route.ts'

const every = 2000
const mostShown = 20

/** All trouble of the moment, the worst first, each with its next step. */
export function Findings () {
  const [found, setFound] = useState<Finding[] | null>(null)
  const look = async () => setFound(await getFindings())
  usePoll(look, { ms: every, of: [] })
  if (found === null) return null
  if (found.length === 0) return <p class='well'>All is well.</p>
  const more = found.length - mostShown
  return (
    <section class='findings' aria-label='Findings'>
      <ul>
        {found.slice(0, mostShown).map((one, i) => (
          <FindingLine key={`${one.queue} ${one.kind} ${i}`} finding={one} onStep={look} />
        ))}
      </ul>
      {more > 0 && <p class='dim'>And {more} more.</p>}
    </section>
  )
}

interface FindingLineProps { finding: Finding, onStep: () => Promise<void> }

function FindingLine ({ finding, onStep }: FindingLineProps) {
  const { severity, queue, since, sentence, next } = finding
  const kind = { critical: 'failed', warning: 'warn', info: '' }[severity]
  return (
    <li>
      <span class={`badge ${kind}`}>{severity}</span>
      <span>
        {queue !== null && <a href={href.queue(queue)}>{queue}</a>} <Text text={sentence} />
        {since !== null && <span class='dim'> <Ago seconds={since} now={serverNow()} /></span>}
      </span>
      <span class='steps'>
        {next.map(step => <StepLink key={step.label} queue={queue} step={step} onStep={onStep} />)}
      </span>
    </li>
  )
}

interface StepLinkProps { queue: string | null, step: Step, onStep: () => Promise<void> }

// A step that only looks leads to the page which shows the same.
function StepLink ({ queue, step, onStep }: StepLinkProps) {
  if (step.method === 'GET') {
    const page = pageOf(step.path, queue)
    return page === null ? null : <a href={page}>{step.label}</a>
  }
  const act = async () => await notifyOutcome(async () => {
    await takeStep(step)
    await onStep()
    return `Done: ${labelOf(step)}`
  })
  return <Button forbidden={whyForbidden('manage')} onClick={act}>{labelOf(step)}</Button>
}

// The pages have the word of people for it, and the API that of 2010.
function labelOf ({ path, body, label }: Step): string {
  if (!path.startsWith('/control/')) return label
  return body?.['status'] === 'stop' ? 'pause the queue' : 'resume the queue'
}

const shownStates: Record<string, string> = { retrying: 'delayed' }

function pageOf (path: string, queue: string | null): string | null {
  if (path.startsWith('/schedule/')) return href.schedules
  const state = /^\/j\/[^?/]+\?state=([a-z]+)/.exec(path)?.[1]
  if (queue === null || state === undefined) return null
  return href.queue(queue, shownStates[state] ?? state)
}
