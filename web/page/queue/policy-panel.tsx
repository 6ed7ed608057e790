import { useState } from 'preact/hooks'
import { control, type Policy } from '../../api/queue.ts'
import { Fields } from '../../part/field.tsx'
import { Form } from '../../part/form.tsx'
import { notify, notifyOutcome } from '../../part/notice.tsx'
import { whyForbidden } from '../../state/access.ts'
import { changesIn, fields, typedFrom, type Typed } from './policy-form.ts'

interface PolicyPanelProps { queue: string, policy: Policy, onChange: () => Promise<void> }

/** The policy of a queue as a form. Typed text stays when the policy changes on the server. */
export function PolicyPanel ({ queue, policy, onChange }: PolicyPanelProps) {
  const before = typedFrom(policy)
  const [edits, setEdits] = useState<Typed>({})
  const typed = { ...before, ...edits }
  const manage = whyForbidden('manage')
  const changes = changesIn(before, typed)
  const isChanged = Object.keys(changes).length > 0
  async function save (): Promise<void> {
    if (manage !== null) return notify(manage, true)
    if (!isChanged) return
    const isSaved = await notifyOutcome(async () => {
      await control(queue, changes)
      await onChange()
      return `The policy of ${queue} is changed`
    })
    if (isSaved) setEdits({})
  }
  const input = (name: string, value: string) => setEdits({ ...edits, [name]: value })
  return (
    <Form class='panel' label='Policy' onSubmit={save}>
      <h2>Policy</h2>
      <div class='fields'><Fields fields={fields} typed={typed} onInput={input} /></div>
      <p class='dim'>An empty field is set to its default.</p>
      <Footer isChanged={isChanged} forbidden={manage} onUndo={() => setEdits({})} />
    </Form>
  )
}

interface FooterProps { isChanged: boolean, forbidden: string | null, onUndo: () => void }

function Footer ({ isChanged, forbidden, onUndo }: FooterProps) {
  return (
    <footer>
      <button type='button' class='plain' disabled={!isChanged} onClick={onUndo}>Undo</button>
      <button
        type='submit' class='main' title={forbidden ?? undefined} disabled={!isChanged}
        aria-disabled={forbidden !== null ? 'true' : undefined}
      >
        Save policy
      </button>
    </footer>
  )
}
