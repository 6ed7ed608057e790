import { learnFindings, takeStep, type Finding, type Step } from '../../api/report/finding.ts'
import { Button } from '../../part/button.tsx'
import { localised } from '../../part/format.ts'
import { notifyOutcome } from '../../part/notice.tsx'
import { Text } from '../../part/text.tsx'
import { Ago } from '../../part/time.tsx'
import { whyForbidden } from '../../state/access.ts'
import { serverNow } from '../../state/clock.ts'
import { findings } from '../../state/finding.ts'
import { href } from '../../state/route.ts'

const mostShown = 20

/** All trouble of the moment, the worst first, each with its next step. */
export function Findings () {
  const found = findings.value
  if (found === null) return null
  if (found.length === 0) return <p class='well'><span aria-hidden='true'>✓</span> All is well.</p>
  const more = found.length - mostShown
  return (
    <section class='findings' aria-label='Findings'>
      <ul>
        {found.slice(0, mostShown).map((one, i) => (
          <FindingLine key={`${one.queue} ${one.kind} ${i}`} finding={one} onStep={learnFindings} />
        ))}
      </ul>
      {more > 0 && <p class='dim'>And {more} more.</p>}
    </section>
  )
}

interface FindingLineProps { finding: Finding, onStep: () => Promise<void> }

function FindingLine ({ finding, onStep }: FindingLineProps) {
  const { severity, queue, kind, since, sentence, next } = finding
  const colour = { critical: 'failed', warning: 'warn', info: '' }[severity]
  return (
    <li>
      <span class={`badge ${colour}`}>{severity}</span>
      <span>
        {queue !== null && <a href={href.queue(queue)}>{queue}</a>}
        {' '}<Text text={localised(sentence)} />
        {since !== null && <span class='dim'> <Ago seconds={since} now={serverNow()} /></span>}
      </span>
      <span class='steps'>
        {queue !== null && kind === 'failing' && (
          <a href={href.queue(queue, 'errors')}>look at its errors</a>
        )}
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

// The part of the page of a queue that shows what a path answers.
const parts: Array<[pattern: RegExp, part: string]> = [
  [/^\/w\//, 'workers'],
  [/^\/audit\?/, 'audit'],
  [/^\/errors\//, 'errors'],
  [/^\/status\/[^/]+$/, 'policy'],
  [/^\/status\/[^/]+\/why$/, ''],
  [/^\/history\//, '']
]

function pageOf (path: string, queue: string | null): string | null {
  if (queue === null) return path.startsWith('/schedule/') ? href.schedules : null
  if (path.startsWith('/schedule/')) return href.queue(queue, 'schedules')
  const state = /^\/j\/[^?/]+\?state=([a-z]+)/.exec(path)?.[1]
  const part = state ?? parts.find(([pattern]) => pattern.test(path))?.[1]
  return part === undefined ? null : href.queue(queue, part)
}
