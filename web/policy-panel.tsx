import { useState } from 'preact/hooks'
import { useRefusal } from './access.ts'
import { act, notify } from './notice.tsx'
import { changesIn, fields, typedFrom, type Policy } from './policy.ts'
import { Field } from './push.tsx'
import { path, send } from './server.ts'

interface PolicyPanelProps { queue: string, policy: Policy, onChange: () => Promise<void> }

/** The settings of a queue, to read and to change. */
export function PolicyPanel ({ queue, policy, onChange }: PolicyPanelProps) {
  const before = typedFrom(policy)
  const [typed, setTyped] = useState(before)
  const refusal = useRefusal('manage')
  const changes = changesIn(before, typed)
  const isChanged = Object.keys(changes).length > 0
  async function save (event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (refusal !== null) return notify(refusal, true)
    if (!isChanged) return
    await act(async () => {
      await send('POST', path('control', queue), { body: JSON.stringify(changes) })
      await onChange()
      return `The policy of ${queue} is changed`
    })
  }
  return (
    <form class='panel' aria-label='Policy' onSubmit={save}>
      <h2>Policy</h2>
      <div class='fields'>
        {fields.map(({ name, label, hint }) => <Field key={name} label={label} hint={hint} value={typed[name]!} onInput={value => setTyped({ ...typed, [name]: value })} />)}
      </div>
      <p class='dim'>An empty field goes back to its default.</p>
      <footer>
        <button type='button' class='plain' disabled={!isChanged} onClick={() => setTyped(before)}>Undo</button>
        <button type='submit' class='main' title={refusal ?? undefined} aria-disabled={refusal !== null ? 'true' : undefined} disabled={!isChanged}>Save policy</button>
      </footer>
    </form>
  )
}
