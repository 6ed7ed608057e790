import { useState } from 'preact/hooks'
import { push, type Job, type Pushed } from '../../api/job.ts'
import { Dialog } from '../../part/dialog.tsx'
import { Choice, Field, Fields, jobFields, PayloadField } from '../../part/field.tsx'
import { Form, FormFooter } from '../../part/form.tsx'
import { notify } from '../../part/notice.tsx'
import { escapeControls } from '../../part/text.tsx'
import { removalOf } from '../jobs/verb.ts'

interface PushDialogProps {
  /** Without it, a field asks for the queue. */
  queue?: string
  /** The job that the pushed one replaces. */
  from?: Job
  /** Called before the dialog closes. Returns the end of the notice. */
  onPushed?: (id: string) => Promise<string>
  onClose: () => void
}

/** Adds a job; the payload is sent byte for byte. */
export function PushDialog ({ queue = '', from, onPushed, onClose }: PushDialogProps) {
  const [name, setName] = useState(queue)
  const [payload, setPayload] = useState(escapeControls(from?.payload ?? '{\n  \n}'))
  const [typed, setTyped] = useState(optionsOf(from))
  const [problem, setProblem] = useState('')
  async function submit (): Promise<void> {
    try {
      const pushed = await push(name.trim(), payload, withoutSpaces(typed))
      const more = await onPushed?.(pushed.id) ?? ''
      notify(inWords(pushed, name.trim(), more))
      onClose()
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  const title = from === undefined ? 'Add job' : `Edit and add again: job ${from.id}`
  const verb = from === undefined ? 'Add' : `Add and ${removalOf(from.state).verb} the old one`
  return (
    <Dialog title={title} onClose={onClose}>
      <Form onSubmit={submit}>
        {from !== undefined && <Warning job={from} />}
        {queue === '' && <QueueField value={name} onInput={setName} />}
        <PayloadField rows={10} value={payload} onInput={setPayload} />
        <Options isOpen={from !== undefined} typed={typed} onInput={setTyped} />
        <FormFooter verb={verb} problem={problem} onClose={onClose} />
      </Form>
    </Dialog>
  )
}

type Typed = Record<string, string>

function optionsOf (job: Job | undefined): Typed {
  if (job === undefined) return {}
  const { priority, tries, state, depends } = job
  return {
    ...(priority !== 5 && { priority: String(priority) }),
    tries: String(tries),
    ...(state === 'blocked' && { depends: depends.join() })
  }
}

function withoutSpaces (typed: Typed): Typed {
  return { ...typed, depends: typed['depends']?.replace(/\s/g, '') ?? '' }
}

function inWords ({ id, isDuplicate }: Pushed, queue: string, more: string): string {
  if (isDuplicate) return `Job ${id} has that unique key already: no job was added`
  return `Job ${id} is in ${queue}${more}`
}

function QueueField ({ value, onInput }: { value: string, onInput: (value: string) => void }) {
  return <Field label='Queue' hint='mail' required value={value} onInput={onInput} />
}

function Warning ({ job: { id, state } }: { job: Job }) {
  return (
    <p class='dim'>
      Adds a new job, with a new id and no unique key. Then job {id} is {removalOf(state).done}, and
      its dependents fail.
    </p>
  )
}

const fields = [
  { name: 'delay', label: 'Delay, seconds', hint: '0' },
  ...jobFields,
  { name: 'depends', label: 'Depends on jobs', hint: 'ids, separated by commas' },
  { name: 'uniq', label: 'Unique key', hint: 'none' }
]

const duplicateChoices = { '': 'reject', ignore: 'ignore', replace: 'replace' }

interface OptionsProps { isOpen: boolean, typed: Typed, onInput: (typed: Typed) => void }

function Options ({ isOpen, typed, onInput }: OptionsProps) {
  const input = (name: string, value: string) => onInput({ ...typed, [name]: value })
  return (
    <details open={isOpen}>
      <summary>More</summary>
      <div class='fields'>
        <Fields fields={fields} typed={typed} onInput={input} />
        <Choice<string>
          label='On a duplicate key' value={typed['on_duplicate'] ?? ''} choices={duplicateChoices}
          onChange={value => input('on_duplicate', value)}
        />
      </div>
    </details>
  )
}
