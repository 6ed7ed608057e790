import { useState } from 'preact/hooks'
import { useRefusal } from '../../state/access.ts'
import { Button } from '../../part/button.tsx'
import { Confirm } from '../../part/dialog.tsx'
import { plural } from '../../part/format.ts'
import { forAll, holding, look, verbs, type Done, type State } from '../../api/job.ts'
import { act } from '../../part/notice.tsx'
import { go, link } from '../../state/place.ts'

interface JobToolsProps {
  queue: string
  state: State
  total: number
  search: string
  onSearch: (text: string) => void
  grouped: boolean
  onGrouped: (grouped: boolean) => void
  onChange: () => Promise<void>
}

/** Search, and what is done to all jobs of the state. */
export function JobTools (props: JobToolsProps) {
  const { queue, state, total, grouped, onGrouped, onChange } = props
  return (
    <div class='tools'>
      <Search {...props} />
      {state === 'failed' && (
        <Button kind='quiet' onClick={() => onGrouped(!grouped)}>
          {grouped ? 'List the failed jobs' : 'Group by error'}
        </Button>
      )}
      {total > 0 && <ForAll {...{ queue, state, total, onChange }} />}
    </div>
  )
}

function Search ({ queue, search, onSearch }: JobToolsProps) {
  return (
    <form role='search' onSubmit={event => { event.preventDefault(); void find(queue, search.trim()) }}>
      <input
        type='search' aria-label='Search jobs' value={search}
        placeholder='Text on this page, or Enter: id, unique key'
        onInput={event => onSearch(event.currentTarget.value)}
      />
    </form>
  )
}

type ForAllProps = Pick<JobToolsProps, 'queue' | 'state' | 'total' | 'onChange'>

function ForAll ({ queue, state, total, onChange }: ForAllProps) {
  const [asking, setAsking] = useState<'retry' | 'drop' | null>(null)
  const manage = useRefusal('manage')
  const verb = verbs[state]
  const many = plural(total, 'job')
  const all = (what: 'retry' | 'drop', said: string) => async () => {
    await act(async () => outcome(await forAll(what, queue, state), said))
    await onChange()
  }
  const close = () => setAsking(null)
  return (
    <>
      {verb !== null && <Button refusal={manage} onClick={() => setAsking('retry')}>{verb.all}…</Button>}
      <Button kind='danger' refusal={manage} onClick={() => setAsking('drop')}>Drop all…</Button>
      {asking === 'retry' && verb !== null && (
        <Confirm
          title={verb.all} verb={`${verb.one} ${many}`} kind='main' onClose={close}
          question={`All jobs of ${queue} that are ${state} now will run as soon as a worker takes them.`}
          onConfirm={all('retry', verb.done)}
        />
      )}
      {asking === 'drop' && (
        <Confirm
          title='Drop all' verb={`Drop ${many}`} onClose={close}
          question={`All jobs of ${queue} that are ${state} now will be gone. Nothing brings them back.`}
          onConfirm={all('drop', 'dropped')}
        />
      )}
    </>
  )
}

function outcome ({ count, duplicates = 0 }: Done, said: string): string {
  const left = `; ${plural(duplicates, 'job')} stay, as another job has the unique key`
  return `${plural(count, 'job')} ${said}${duplicates > 0 ? left : ''}`
}

async function find (queue: string, search: string): Promise<void> {
  if (search === '') return
  await act(async () => {
    const isId = /^\d{1,16}$/.test(search)
    const byId = isId ? await look(queue, search).catch(() => null) : null
    const [job = null] = byId === null ? await holding(queue, search) : [byId]
    if (job === null) throw new Error(`No job of ${queue} has “${search}” as its id or unique key`)
    go(link.job(queue, job.id))
    return undefined
  })
}
