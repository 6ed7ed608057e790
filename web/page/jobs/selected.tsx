import { useState } from 'preact/hooks'
import { cancel, retry, type Job, type ListedState } from '../../api/job.ts'
import { Button } from '../../part/button.tsx'
import { Confirm } from '../../part/confirm.tsx'
import { exact, plural } from '../../part/format.ts'
import { whyForbidden } from '../../state/access.ts'
import { actOnJobs } from './job-action.ts'
import { removalOf, verbs } from './verb.ts'

interface SelectedProps {
  jobs: Job[]
  state: ListedState
  onClear: () => void
  onDone: () => Promise<void>
}

/** The actions on the selected jobs. */
export function Selected (props: SelectedProps) {
  const { jobs, state, onClear } = props
  const [asking, setAsking] = useState<'retry' | 'remove' | null>(null)
  const manage = whyForbidden('manage')
  const verb = verbs[state]
  return (
    <div class='selected' role='group' aria-label='Selected jobs'>
      <b>{exact(jobs.length)} selected</b>
      {verb !== null && (
        <Button forbidden={manage} onClick={() => setAsking('retry')}>{verb.verb} selected…</Button>
      )}
      <Button kind='danger' forbidden={manage} onClick={() => setAsking('remove')}>
        {removalOf(state).title} selected…
      </Button>
      <Button kind='quiet' onClick={onClear}>Select none</Button>
      {asking !== null && (
        <ConfirmSelected {...props} action={asking} onClose={() => setAsking(null)} />
      )}
    </div>
  )
}

interface ConfirmSelectedProps extends SelectedProps {
  action: 'retry' | 'remove'
  onClose: () => void
}

function ConfirmSelected ({ jobs, state, action, onDone, onClose }: ConfirmSelectedProps) {
  const many = plural(jobs.length, 'job')
  const verb = verbs[state]
  const removal = removalOf(state)
  const act = (one: typeof retry, done: string) => async () => {
    await actOnJobs(jobs, one, done)
    await onDone()
  }
  if (action === 'retry' && verb !== null) {
    return (
      <Confirm
        title={`${verb.verb} the selected`} verb={`${verb.verb} ${many}`} kind='main'
        question={`${many} will run as soon as a worker takes them.`}
        onConfirm={act(retry, verb.done)} onClose={onClose}
      />
    )
  }
  return (
    <Confirm
      title={`${removal.title} the selected`} verb={`${removal.title} ${many}`}
      question={`${many} will be deleted and cannot be restored.`}
      onConfirm={act(cancel, removal.done)} onClose={onClose}
    />
  )
}

/** The selected ids, with some of them added or left out. */
export function toggled (selected: Set<string>, ids: string[], isOn: boolean): Set<string> {
  return new Set([...selected].filter(id => !ids.includes(id)).concat(isOn ? ids : []))
}
