import { useState } from 'preact/hooks'
import { Dialog } from '../../part/dialog.tsx'
import { Form } from '../../part/form.tsx'
import { notify } from '../../part/notice.tsx'
import { Field } from '../queue/push.tsx'
import { escapeControls } from '../../part/text.tsx'
import { schedule, type Schedule, type Typed } from '../../api/schedule.ts'

interface ScheduleDialogProps {
  /** The one to change; without it, a new one. */
  from?: Schedule
  /** Names that a new one must not have: it would replace what is there. */
  taken: string[]
  onChange: () => Promise<void>
  onClose: () => void
}

const options = [
  { name: 'priority', label: 'Priority, 0 is soonest', hint: '5' },
  { name: 'tries', label: 'Tries', hint: 'as the policy says' },
  { name: 'max_lost', label: 'Leases lost in a row at most', hint: 'as the policy says; null: no limit' },
  { name: 'ttl', label: 'Time to live, seconds', hint: 'none' },
  { name: 'keep', label: 'Keep when done, seconds', hint: 'as the policy says' }
] as const

const kept = ['queue', 'cron', 'tz', 'every', 'overlap', 'catchup', 'payload', ...options.map(({ name }) => name)] as const

function typedFrom (from: Schedule | undefined): Typed {
  if (from === undefined) return { queue: '', cron: '', tz: '', overlap: 'allow', catchup: 'none', payload: '{\n  \n}' }
  const given = { ...from, payload: escapeControls(from.payload) }
  return Object.fromEntries(kept.flatMap(name => given[name] === undefined ? [] : [[name, String(given[name])]]))
}

/** Sets a schedule. The payload goes to the server as it stands here. */
export function ScheduleDialog ({ from, taken, onChange, onClose }: ScheduleDialogProps) {
  const [name, setName] = useState(from?.name ?? '')
  const [typed, setTyped] = useState(typedFrom(from))
  const [by, setBy] = useState(from?.every === undefined ? 'cron' : 'every')
  const [problem, setProblem] = useState('')
  const field = (key: string) => ({ value: typed[key] ?? '', onInput: (value: string) => setTyped({ ...typed, [key]: value }) })
  async function submit (): Promise<void> {
    try {
      const given = name.trim()
      if (from === undefined && taken.includes(given)) throw new Error(`There is a schedule ${given} already`)
      await schedule(given, { ...typed, ...(by === 'cron' ? { every: '' } : { cron: '', tz: '' }) })
      notify(`The schedule ${given} is set`)
      await onChange()
      onClose()
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  return (
    <Dialog title={from === undefined ? 'Add a schedule' : `Edit ${from.name}`} onClose={onClose}>
      <Form onSubmit={submit}>
        <div class='fields'>
          {from === undefined && <Field label='Name' hint='nightly' required value={name} onInput={setName} />}
          <Field label='Queue' hint='mail' required {...field('queue')} />
          <Choice label='Fires' value={by} choices={{ cron: 'by a cron expression', every: 'every so many seconds' }} onChange={setBy} />
          {by === 'cron' && <Field label='Cron expression' hint='30 4 * * *' required {...field('cron')} />}
          {by === 'cron' && <Field label='Time zone' hint='UTC' {...field('tz')} />}
          {by === 'every' && <Field label='Every, seconds' hint='60' required {...field('every')} />}
          <Choice label='While its last job is there' choices={{ allow: 'one more', skip: 'skip the tick' }} value={typed['overlap']!} onChange={value => field('overlap').onInput(value)} />
          <Choice label='For ticks that were missed' choices={{ none: 'no job', one: 'one job for all' }} value={typed['catchup']!} onChange={value => field('catchup').onInput(value)} />
        </div>
        <label class='after'>
          <span>Payload, one JSON object</span>
          <textarea class='code' rows={6} spellcheck={false} value={typed['payload']} onInput={event => field('payload').onInput(event.currentTarget.value)} />
        </label>
        <details>
          <summary>More</summary>
          <div class='fields'>{options.map(({ name: option, label, hint }) => <Field key={option} label={label} hint={hint} {...field(option)} />)}</div>
        </details>
        {problem !== '' && <p role='alert' class='bad'>{problem}</p>}
        <footer>
          <button type='button' class='plain' onClick={onClose}>Close</button>
          <button type='submit' class='main'>Set schedule</button>
        </footer>
      </Form>
    </Dialog>
  )
}

function Choice ({ label, value, choices, onChange }: { label: string, value: string, choices: Record<string, string>, onChange: (value: string) => void }) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={event => onChange(event.currentTarget.value)}>
        {Object.entries(choices).map(([key, words]) => <option key={key} value={key}>{words}</option>)}
      </select>
    </label>
  )
}
