import { getOperation, type OperationDocument } from '../../api/operation.ts'
import { useAnswer } from '../../api/poll.ts'
import { capital, exact, localised } from '../../part/format.ts'
import { Loading, Problem } from '../../part/placeholder.tsx'
import { Text } from '../../part/text.tsx'
import { Instant } from '../../part/time.tsx'
import { serverNow } from '../../state/clock.ts'
import { href } from '../../state/route.ts'
import { JobLinks } from '../job/job-links.tsx'
import { OperationActions } from './operation-actions.tsx'
import { OperationState } from './operation-state.tsx'

const ms = 2000

/** One operation, as it goes on. */
export function OperationPage ({ id }: { id: string }) {
  const find = async () => await getOperation(id)
  const { answer: operation, problem, refresh } = useAnswer(find, { ms, of: [id] })
  return (
    <>
      <nav class='trail' aria-label='Where'><a href={href.operations}>Operations</a></nav>
      <Problem text={problem} />
      {operation === null && problem === '' && <Loading />}
      {operation !== null && <Found operation={operation} onChange={refresh} />}
    </>
  )
}

interface FoundProps { operation: OperationDocument, onChange: () => Promise<void> }

function Found ({ operation, onChange }: FoundProps) {
  const { queue, to, counts, sentence, do: deed } = operation
  return (
    <>
      <div class='title'>
        <h1>
          {capital(deed)} in <a href={href.queue(queue)}>{queue}</a>
          {to !== undefined && <> to <a href={href.queue(to)}>{to}</a></>}
        </h1>
        <OperationState operation={operation} />
        <OperationActions operation={operation} onChange={onChange} />
      </div>
      <p class='why' aria-label='How it stands'>
        <Text text={localised(`${capital(sentence)}.`)} />
      </p>
      <progress
        aria-label='Jobs that are done' max={Math.max(1, counts.matched ?? 1)}
        value={doneOf(counts)}
      />
      <Numbers counts={counts} />
      <Facts operation={operation} now={serverNow()} />
    </>
  )
}

type Counts = OperationDocument['counts']

// A job that stopped it may go twice: the bar ends at its end all the same.
function doneOf ({ done, gone, duplicates, matched }: Counts): number {
  return matched === null ? 0 : Math.min(matched, done + gone + duplicates)
}

function Numbers ({ counts }: { counts: Counts }) {
  const numbers: Array<[string, number | null]> = [
    ['Jobs', counts.matched], ['Done', counts.done], ['Completed', counts.completed],
    ['Failed again', counts.failed], ['Deleted before', counts.gone],
    ['Left as duplicates', counts.duplicates], ['Brought back', counts.restored]
  ]
  return (
    <dl class='tiles small' aria-label='Numbers of the operation'>
      {numbers.map(([name, value]) => (
        <div key={name} class='tile'>
          <dt>{name}</dt><dd>{value === null ? '–' : exact(value)}</dd>
        </div>
      ))}
    </dl>
  )
}

function Facts ({ operation, now }: { operation: OperationDocument, now: number }) {
  const { queue, where: { state, error }, rate, canary, who, preview } = operation
  const undo = operation.undo_until
  return (
    <dl class='panel facts' aria-label='Facts of the operation'>
      <dt>Which jobs</dt>
      <dd>
        {state}
        {error !== undefined && (
          <> of <a class='inside' href={href.error(queue, error)}>one error</a></>
        )}
      </dd>
      <dt>Rate</dt><dd>{rate} a second</dd>
      <dt>Canary</dt><dd>{canary === null ? 'none' : canaryInWords(canary)}</dd>
      <dt>Begun</dt><dd><Instant seconds={operation.created_at} now={now} /></dd>
      <dt>Changed</dt><dd><Instant seconds={operation.changed_at} now={now} /></dd>
      {undo !== null && <><dt>Undo until</dt><dd><Instant seconds={undo} now={now} /></dd></>}
      <dt>Who</dt><dd>{who === null ? 'no token' : <Text text={who} />}</dd>
      <dt>The first jobs</dt><dd><JobLinks queue={queue} ids={preview.map(({ id }) => id)} /></dd>
    </dl>
  )
}

type Canary = NonNullable<OperationDocument['canary']>

function canaryInWords ({ jobs, within, stop_at: share }: Canary): string {
  const percent = Math.round(share * 100)
  const first = `${exact(jobs)} go first and end within ${exact(within)} s`
  return `${first}; it stops itself at ${percent} % failures`
}
