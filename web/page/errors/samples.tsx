import { useEffect, useState } from 'preact/hooks'
import type { ErrorSample } from '../../api/error-group.ts'
import { failureIn } from '../../api/failure.ts'
import { getJobPart } from '../../api/job.ts'
import { pretty } from '../../part/pretty-json.ts'
import { Text } from '../../part/text.tsx'
import { Ago } from '../../part/time.tsx'
import { href } from '../../state/route.ts'

interface SamplesProps { queue: string, samples: ErrorSample[], now: number }

/** The last failures of a kind, side by side. */
export function Samples ({ queue, samples, now }: SamplesProps) {
  return (
    <section aria-label='The last failures'>
      <h2>The last failures</h2>
      <div class='samples'>
        {samples.map(sample => (
          <Sample key={`${sample.id} ${sample.at}`} queue={queue} sample={sample} now={now} />
        ))}
      </div>
    </section>
  )
}

interface SampleProps { queue: string, sample: ErrorSample, now: number }

function Sample ({ queue, sample, now }: SampleProps) {
  const { id, at, worker_id: worker, type, message } = sample
  return (
    <article class='panel' aria-label={`Job ${id}`}>
      <p>
        <a href={href.job(queue, id)}>Job {id}</a> <Ago seconds={at} now={now} />
        {worker !== null && <span class='dim'> on <Text text={worker} /></span>}
      </p>
      <p class='error'><b><Text text={type ?? ''} /></b> <Text text={message ?? ''} /></p>
      <Backtrace queue={queue} id={id} />
      <Payload queue={queue} id={id} />
    </article>
  )
}

/** A member of a job as text; null until it is there, and where the job is deleted. */
function usePart (queue: string, id: string, part: 'last_error' | 'payload', isWanted: boolean) {
  const [text, setText] = useState<string | null>(null)
  useEffect(() => {
    if (isWanted) void getJobPart(queue, id, part).then(setText, () => setText(null))
  }, [queue, id, isWanted])
  return text
}

function Backtrace ({ queue, id }: { queue: string, id: string }) {
  const error = usePart(queue, id, 'last_error', true)
  const { backtrace } = failureIn(error ?? '')
  if (backtrace === '') return null
  return (
    <pre class='backtrace' tabIndex={0} aria-label={`Backtrace of job ${id}`}>
      <Text text={backtrace} />
    </pre>
  )
}

// A payload may be long: it is fetched when it is opened.
function Payload ({ queue, id }: { queue: string, id: string }) {
  const [isOpen, setOpen] = useState(false)
  const payload = usePart(queue, id, 'payload', isOpen)
  const words = 'The job is deleted, or its payload not yet there.'
  return (
    <details onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>Payload</summary>
      {isOpen && (
        <pre tabIndex={0} aria-label={`Payload of job ${id}`}>
          {payload === null ? words : <Text text={pretty(payload)} />}
        </pre>
      )}
    </details>
  )
}
