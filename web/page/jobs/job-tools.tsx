import { useState } from 'preact/hooks'
import { cancelAll, findByKey, getJob, retryAll, type ListedState } from '../../api/job.ts'
import { Button } from '../../part/button.tsx'
import { Confirm } from '../../part/confirm.tsx'
import { Choice } from '../../part/field.tsx'
import { plural, stateName } from '../../part/format.ts'
import { notifyOutcome } from '../../part/notice.tsx'
import { whyForbidden } from '../../state/access.ts'
import { href, navigate, setQuery } from '../../state/route.ts'
import { filterIn } from './filter.ts'
import { bulkInWords } from './job-action.ts'
import type { Order } from './use-jobs.ts'
import { removalOf, verbs } from './verb.ts'

interface JobToolsProps {
  queue: string
  state: ListedState
  order: Order
  total: number
  /** The filter line; '' for all jobs of the state. */
  line: string
  onChange: () => Promise<void>
}

/** The search, and the actions on all jobs of the state. */
export function JobTools (props: JobToolsProps) {
  const { queue, state, order, total, line, onChange } = props
  return (
    <div class='tools'>
      <Search key={line} queue={queue} line={line} />
      <OrderChoice order={order} />
      {(state === 'failed' || state === 'retrying') && total > 0 && (
        <a href={href.queue(queue, 'errors')}>Group by error</a>
      )}
      {total > 0 && line === '' && <BulkActions {...{ queue, state, total, onChange }} />}
    </div>
  )
}

const orderChoices: Record<Order, string> = { asc: 'oldest', desc: 'newest' }

function OrderChoice ({ order }: { order: Order }) {
  return (
    <Choice
      class='inline' label='First the' value={order} choices={orderChoices}
      onChange={next => setQuery({ order: next })}
    />
  )
}

const hint = 'id, unique key or text; error: worker: age:>1h attempt:>3 text:'

function Search ({ queue, line }: Pick<JobToolsProps, 'queue' | 'line'>) {
  const [typed, setTyped] = useState(line)
  function submit (event: Event): void {
    event.preventDefault()
    void search(queue, typed.trim())
  }
  function input (text: string): void {
    setTyped(text)
    if (text === '') setQuery({ filter: '' })
  }
  return (
    <form role='search' onSubmit={submit}>
      <input
        type='search' aria-label='Search jobs' value={typed} placeholder={hint}
        onInput={event => input(event.currentTarget.value)}
      />
    </form>
  )
}

// One word is first looked up as an id and as a unique key.
async function search (queue: string, typed: string): Promise<void> {
  const { state, query } = filterIn(typed, 0)
  if (query.text === typed && !/\s/.test(typed)) {
    const isId = /^\d{1,16}$/.test(typed)
    const byId = isId ? await getJob(queue, typed).catch(() => null) : null
    const job = byId ?? await findByKey(queue, typed).catch(() => null)
    if (job !== null) return navigate(href.job(queue, job.id))
  }
  if (state === undefined) return setQuery({ filter: typed })
  navigate(`${href.queue(queue, state)}?${new URLSearchParams({ filter: typed })}`)
}

type BulkActionsProps = Pick<JobToolsProps, 'queue' | 'state' | 'total' | 'onChange'>

function BulkActions (props: BulkActionsProps) {
  const [asking, setAsking] = useState<'retry' | 'remove' | null>(null)
  const manage = whyForbidden('manage')
  const verb = verbs[props.state]
  const removal = removalOf(props.state)
  return (
    <>
      {verb !== null && (
        <Button forbidden={manage} onClick={() => setAsking('retry')}>{verb.all}…</Button>
      )}
      <Button kind='danger' forbidden={manage} onClick={() => setAsking('remove')}>
        {removal.title} all…
      </Button>
      {asking !== null && (
        <ConfirmAll {...props} action={asking} onClose={() => setAsking(null)} />
      )}
    </>
  )
}

interface ConfirmAllProps extends BulkActionsProps {
  action: 'retry' | 'remove'
  onClose: () => void
}

function ConfirmAll ({ queue, state, total, action, onChange, onClose }: ConfirmAllProps) {
  const many = plural(total, 'job')
  const verb = verbs[state]
  const removal = removalOf(state)
  const act = (all: typeof retryAll, done: string) => async () => {
    await notifyOutcome(async () => bulkInWords(await all(queue, state), done))
    await onChange()
  }
  if (action === 'retry' && verb !== null) {
    return (
      <Confirm
        title={verb.all} verb={`${verb.verb} ${many}`} kind='main' onClose={onClose}
        question={`All ${stateName(state)} jobs of ${queue} run as soon as a worker takes them.`}
        onConfirm={act(retryAll, verb.done)}
      />
    )
  }
  return (
    <Confirm
      title={`${removal.title} all`} verb={`${removal.title} ${many}`} onClose={onClose}
      question={`All ${stateName(state)} jobs of ${queue} are deleted and cannot be restored.`}
      onConfirm={act(cancelAll, removal.done)}
    />
  )
}
