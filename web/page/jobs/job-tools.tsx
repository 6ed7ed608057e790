import { useState } from 'preact/hooks'
import { cancelAll, findByKey, getJob, retryAll, type ListedState } from '../../api/job.ts'
import { Button } from '../../part/button.tsx'
import { Confirm } from '../../part/confirm.tsx'
import { Choice } from '../../part/field.tsx'
import { plural, stateName } from '../../part/format.ts'
import { notify, notifyOutcome } from '../../part/notice.tsx'
import { whyForbidden } from '../../state/access.ts'
import { href, navigate, setQuery } from '../../state/route.ts'
import { bulkInWords } from './job-action.ts'
import type { Order } from './use-jobs.ts'
import { removalOf, verbs } from './verb.ts'

interface JobToolsProps {
  queue: string
  state: ListedState
  order: Order
  total: number
  search: string
  onSearch: (text: string) => void
  onChange: () => Promise<void>
}

/** The search, and the actions on all jobs of the state. */
export function JobTools (props: JobToolsProps) {
  const { queue, state, order, total, onChange } = props
  return (
    <div class='tools'>
      <Search {...props} />
      <OrderChoice order={order} />
      {(state === 'failed' || state === 'retrying') && total > 0 && (
        <a href={href.queue(queue, 'errors')}>Group by error</a>
      )}
      {total > 0 && <BulkActions {...{ queue, state, total, onChange }} />}
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

function Search ({ queue, search, onSearch }: JobToolsProps) {
  function submit (event: Event): void {
    event.preventDefault()
    void openJob(queue, search.trim())
  }
  return (
    <form role='search' onSubmit={submit}>
      <input
        type='search' aria-label='Search jobs' value={search}
        placeholder='Text on this page, or Enter: id, unique key'
        onInput={event => onSearch(event.currentTarget.value)}
      />
    </form>
  )
}

// A number is first looked up as an id, then as a unique key.
async function openJob (queue: string, search: string): Promise<void> {
  if (search === '') return
  try {
    const isId = /^\d{1,16}$/.test(search)
    const byId = isId ? await getJob(queue, search).catch(() => null) : null
    const job = byId ?? await findByKey(queue, search)
    if (job === null) throw new Error(`No job of ${queue} has the id or unique key “${search}”`)
    navigate(href.job(queue, job.id))
  } catch (error) {
    notify((error as Error).message, true)
  }
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
