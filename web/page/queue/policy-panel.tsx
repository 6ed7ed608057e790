import { useState } from 'preact/hooks'
import { useRefusal } from '../../state/access.ts'
import { Form } from '../../part/form.tsx'
import { act, notify } from '../../part/notice.tsx'
import { changesIn, fields, typedFrom, type Policy, type Typed } from '../../api/policy.ts'
import { Field } from './push.tsx'
import { path, send } from '../../api/server.ts'

interface PolicyPanelProps { queue: string, policy: Policy, onChange: () => Promise<void> }

/** The settings of a queue, to read and to change. What is typed stays when they change elsewhere. */
export function PolicyPanel ({ queue, policy, onChange }: PolicyPanelProps) {
  const before = typedFrom(policy)
  const [edits, setEdits] = useState<Typed>({})
  const typed = { ...before, ...edits }
  const refusal = useRefusal('manage')
  const changes = changesIn(before, typed)
  const isChanged = Object.keys(changes).length > 0
  async function save (): Promise<void> {
    if (refusal !== null) return notify(refusal, true)
    if (!isChanged) return
    const isSaved = await act(async () => {
      await send('POST', path('control', queue), { body: JSON.stringify(changes) })
      await onChange()
      return `The policy of ${queue} is changed`
    })
    if (isSaved) setEdits({})
  }
  return (
    <Form class='panel' label='Policy' onSubmit={save}>
      <h2>Policy</h2>
      <div class='fields'>
        {fields.map(({ name, label, hint }) => (
          <Field
            key={name} label={label} hint={hint} value={typed[name]!}
            onInput={value => setEdits({ ...edits, [name]: value })}
          />
        ))}
      </div>
      <p class='dim'>An empty field goes back to its default, which is no limit where it says so.</p>
      <footer>
        <button type='button' class='plain' disabled={!isChanged} onClick={() => setEdits({})}>Undo</button>
        <button
          type='submit' class='main' title={refusal ?? undefined} disabled={!isChanged}
          aria-disabled={refusal !== null ? 'true' : undefined}
        >
          Save policy
        </button>
      </footer>
    </Form>
  )
}
