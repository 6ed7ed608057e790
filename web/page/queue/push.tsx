import { useState } from 'preact/hooks'
import { Dialog } from '../../part/dialog.tsx'
import { Form } from '../../part/form.tsx'
import { push, type Job } from '../../api/job.ts'
import { notify } from '../../part/notice.tsx'
import { escapeControls } from '../../part/text.tsx'

interface PushDialogProps {
  /** The queue, where it is clear. */
  queue?: string
  /** What to begin with: the job that this one is to replace. */
  from?: Job
  /** Before the dialog closes; what it says is added to what is told. */
  onPushed?: (id: string) => Promise<string>
  onClose: () => void
}

const options = [
  { name: 'delay', label: 'Delay, seconds', hint: '0' },
  { name: 'priority', label: 'Priority, 0 is soonest', hint: '5' },
  { name: 'tries', label: 'Tries', hint: 'as the policy says' },
  { name: 'max_lost', label: 'Leases lost in a row at most', hint: 'as the policy says; null: no limit' },
  { name: 'ttl', label: 'Time to live, seconds', hint: 'none' },
  { name: 'keep', label: 'Keep when done, seconds', hint: 'as the policy says' },
  { name: 'depends', label: 'Waits for jobs', hint: 'ids, with commas' },
  { name: 'uniq', label: 'Unique key', hint: 'none' }
] as const

function givenTo (job: Job | undefined): Record<string, string> {
  if (job === undefined) return {}
  const { priority, tries, state, depends } = job
  return { ...(priority !== 5 && { priority: String(priority) }), tries: String(tries), ...(state === 'blocked' && { depends: depends.join() }) }
}

/** Puts a job in by hand. The text goes to the server as it stands here. */
export function PushDialog ({ queue = '', from, onPushed, onClose }: PushDialogProps) {
  const [name, setName] = useState(queue)
  const [payload, setPayload] = useState(escapeControls(from?.payload ?? '{\n  \n}'))
  const [given, setGiven] = useState(givenTo(from))
  const [problem, setProblem] = useState('')
  async function submit (): Promise<void> {
    try {
      const { id, duplicate } = await push(name.trim(), payload, { ...given, depends: given['depends']?.replace(/\s/g, '') ?? '' })
      const more = await onPushed?.(id) ?? ''
      notify(duplicate ? `Job ${id} holds that key already: nothing was added` : `Job ${id} is in ${name.trim()}${more}`)
      onClose()
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  return (
    <Dialog title={from === undefined ? 'Put a job in' : `Edit and push again: job ${from.id}`} onClose={onClose}>
      <Form onSubmit={submit}>
        {from !== undefined && <p class='dim'>The job below goes in as a new one, with a new number and no unique key; then job {from.id} is cancelled, and jobs that wait for it fail.</p>}
        {queue === '' && <Field label='Queue' value={name} onInput={setName} hint='mail' required />}
        <label>
          <span>Payload, one JSON object</span>
          <textarea class='code' rows={10} spellcheck={false} value={payload} onInput={event => setPayload(event.currentTarget.value)} />
        </label>
        <details open={from !== undefined}>
          <summary>More</summary>
          <div class='fields'>
            {options.map(({ name: option, label, hint }) => (
              <Field key={option} label={label} hint={hint} value={given[option] ?? ''} onInput={value => setGiven({ ...given, [option]: value })} />
            ))}
            <label>
              <span>If that key is held</span>
              <select value={given['on_duplicate'] ?? ''} onChange={event => setGiven({ ...given, on_duplicate: event.currentTarget.value })}>
                <option value=''>refuse</option>
                <option value='ignore'>do nothing</option>
                <option value='replace'>replace</option>
              </select>
            </label>
          </div>
        </details>
        {problem !== '' && <p role='alert' class='bad'>{problem}</p>}
        <footer>
          <button type='button' class='plain' onClick={onClose}>Close</button>
          <button type='submit' class='main'>{from === undefined ? 'Put in' : 'Push and cancel the old one'}</button>
        </footer>
      </Form>
    </Dialog>
  )
}

interface FieldProps { label: string, value: string, hint?: string, required?: boolean, onInput: (value: string) => void }

export function Field ({ label, value, hint = '', required = false, onInput }: FieldProps) {
  return (
    <label>
      <span>{label}</span>
      <input value={value} placeholder={hint} required={required} autocomplete='off' spellcheck={false} onInput={event => onInput(event.currentTarget.value)} />
    </label>
  )
}
