import { useState } from 'preact/hooks'
import { useRefusal } from './access.ts'
import { Button } from './button.tsx'
import { Confirm } from './dialog.tsx'
import { plural } from './format.ts'
import { forAll, holding, look, type State } from './job.ts'
import { act } from './notice.tsx'
import { go, link } from './place.ts'

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
export function JobTools ({ queue, state, total, search, onSearch, grouped, onGrouped, onChange }: JobToolsProps) {
  const [dropping, setDropping] = useState(false)
  const manage = useRefusal('manage')
  const all = (what: 'retry' | 'drop', verb: string) => async () => {
    await act(async () => `${plural(await forAll(what, queue, state), 'job')} ${verb}`)
    await onChange()
  }
  return (
    <div class='tools'>
      <form role='search' onSubmit={event => { event.preventDefault(); void find(queue, search.trim()) }}>
        <input type='search' aria-label='Search jobs' placeholder='Text on this page, or Enter: id, unique key' value={search} onInput={event => onSearch(event.currentTarget.value)} />
      </form>
      {state === 'failed' && <Button kind='quiet' label={grouped ? 'List the failed jobs' : 'Group by error'} onClick={() => onGrouped(!grouped)}>{grouped ? 'As a list' : 'Group by error'}</Button>}
      {state === 'failed' && total > 0 && <Button refusal={manage} onClick={all('retry', 'redriven')}>Redrive all</Button>}
      {state === 'delayed' && total > 0 && <Button refusal={manage} onClick={all('retry', 'run now')}>Run all now</Button>}
      {total > 0 && <Button kind='danger' refusal={manage} onClick={() => setDropping(true)}>Drop all…</Button>}
      {dropping && (
        <Confirm
          title='Drop all' verb={`Drop ${plural(total, 'job')}`} onConfirm={all('drop', 'dropped')} onClose={() => setDropping(false)}
          question={`All jobs of ${queue} that are ${state} will be gone. Nothing brings them back.`}
        />
      )}
    </div>
  )
}

async function find (queue: string, search: string): Promise<void> {
  if (search === '') return
  await act(async () => {
    const byId = /^\d{1,16}$/.test(search) ? await look(queue, search).catch(() => null) : null
    const [job = null] = byId === null ? await holding(queue, search) : [byId]
    if (job === null) throw new Error(`No job of ${queue} has “${search}” as its id or unique key`)
    go(link.job(queue, job.id))
    return undefined
  })
}
