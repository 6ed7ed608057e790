import { useState } from 'preact/hooks'
import { setSchedule, type Schedule, type Typed } from '../../api/schedule.ts'
import { Dialog } from '../../part/dialog.tsx'
import { Choice, Field, Fields, jobFields, PayloadField } from '../../part/field.tsx'
import { Form, FormFooter } from '../../part/form.tsx'
import { notify } from '../../part/notice.tsx'
import { escapeControls } from '../../part/text.tsx'

interface ScheduleDialogProps {
  /** The schedule to change; without it, the dialog adds one. */
  from?: Schedule
  /** The queue of a new one. */
  queue?: string | undefined
  /** The names there are: a new schedule with one of them would replace that one. */
  names: string[]
  onChange: () => Promise<void>
  onClose: () => void
}

/** Sets a schedule; the payload is sent byte for byte. */
export function ScheduleDialog (props: ScheduleDialogProps) {
  const { from, queue, names, onChange, onClose } = props
  const [name, setName] = useState(from?.name ?? '')
  const [typed, setTyped] = useState(typedFrom(from, queue))
  const [kind, setKind] = useState<Kind>(from?.every === undefined ? 'cron' : 'every')
  const [problem, setProblem] = useState('')
  const input = (field: string, value: string) => setTyped({ ...typed, [field]: value })
  async function submit (): Promise<void> {
    try {
      await save(name.trim(), ofKind(typed, kind), from === undefined ? names : [])
      await onChange()
      onClose()
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  const title = from === undefined ? 'Add a schedule' : `Edit ${from.name}`
  return (
    <Dialog title={title} onClose={onClose}>
      <Form onSubmit={submit}>
        <div class='fields'>
          {from === undefined && <NameField value={name} onInput={setName} />}
          <TimeFields kind={kind} typed={typed} onKind={setKind} onInput={input} />
        </div>
        <JobFields typed={typed} onInput={input} />
        <FormFooter verb='Set schedule' problem={problem} onClose={onClose} />
      </Form>
    </Dialog>
  )
}

async function save (name: string, typed: Typed, taken: string[]): Promise<void> {
  if (taken.includes(name)) throw new Error(`There is a schedule ${name} already`)
  await setSchedule(name, typed)
  notify(`The schedule ${name} is set`)
}

type Kind = 'cron' | 'every'

const formFields = [
  'queue', 'cron', 'tz', 'every', 'overlap', 'catchup', 'payload',
  ...jobFields.map(({ name }) => name)
] as const

const empty: Typed = {
  queue: '',
  cron: '',
  tz: '',
  overlap: 'allow',
  catchup: 'none',
  payload: '{\n  \n}'
}

function typedFrom (from: Schedule | undefined, queue = ''): Typed {
  if (from === undefined) return { ...empty, queue }
  const given = { ...from, payload: escapeControls(from.payload) }
  return Object.fromEntries(formFields.flatMap(name => {
    return given[name] === undefined ? [] : [[name, String(given[name])]]
  }))
}

function ofKind (typed: Typed, kind: Kind): Typed {
  return { ...typed, ...(kind === 'cron' ? { every: '' } : { cron: '', tz: '' }) }
}

function NameField ({ value, onInput }: { value: string, onInput: (value: string) => void }) {
  return <Field label='Name' hint='nightly' required value={value} onInput={onInput} />
}

const kindChoices = { cron: 'by a cron expression', every: 'at an interval' }
const overlapChoices = { allow: 'add another', skip: 'skip the tick' }
const catchupChoices = { none: 'no job', one: 'one job for all' }

interface TypedProps { typed: Typed, onInput: (field: string, value: string) => void }

interface TimeFieldsProps extends TypedProps { kind: Kind, onKind: (kind: Kind) => void }

function TimeFields ({ kind, typed, onKind, onInput }: TimeFieldsProps) {
  const field = (name: string) => ({
    value: typed[name] ?? '',
    onInput: (value: string) => onInput(name, value)
  })
  const choice = (name: string) => ({
    value: typed[name]!,
    onChange: (value: string) => onInput(name, value)
  })
  return (
    <>
      <Field label='Queue' hint='mail' required {...field('queue')} />
      <Choice label='Fires' value={kind} choices={kindChoices} onChange={onKind} />
      {kind === 'cron' && (
        <Field label='Cron expression' hint='30 4 * * *' required {...field('cron')} />
      )}
      {kind === 'cron' && <Field label='Time zone' hint='UTC' {...field('tz')} />}
      {kind === 'every' && (
        <Field label='Interval, seconds' hint='60' required {...field('every')} />
      )}
      <Choice<string>
        label='While its last job is unfinished' choices={overlapChoices} {...choice('overlap')}
      />
      <Choice<string> label='For missed ticks' choices={catchupChoices} {...choice('catchup')} />
    </>
  )
}

function JobFields ({ typed, onInput }: TypedProps) {
  return (
    <>
      <PayloadField
        class='after' rows={6} value={typed['payload']!} onInput={text => onInput('payload', text)}
      />
      <details>
        <summary>More</summary>
        <div class='fields'><Fields fields={jobFields} typed={typed} onInput={onInput} /></div>
      </details>
    </>
  )
}
