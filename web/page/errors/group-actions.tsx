import { useState } from 'preact/hooks'
import {
  deleteGroup, retryGroup, type ErrorGroup, type GroupState
} from '../../api/error-group.ts'
import { Button } from '../../part/button.tsx'
import { Confirm } from '../../part/confirm.tsx'
import { plural } from '../../part/format.ts'
import { notifyOutcome } from '../../part/notice.tsx'
import { whyForbidden } from '../../state/access.ts'
import { bulkInWords } from '../jobs/job-action.ts'
import { verbs } from '../jobs/verb.ts'

interface GroupActionsProps { group: ErrorGroup, onChange: () => Promise<void> }

interface Asking { state: GroupState, action: 'retry' | 'delete' }

/** The actions on all jobs of a group, whatever its size. Each button says how many they are. */
export function GroupActions ({ group, onChange }: GroupActionsProps) {
  const [asking, setAsking] = useState<Asking | null>(null)
  const manage = whyForbidden('manage')
  const states = (['failed', 'retrying'] as const).filter(state => group[state] > 0)
  if (states.length === 0) return <p class='dim'>No job of this kind is there any longer.</p>
  return (
    <div class='actions' role='group' aria-label='All jobs of this error'>
      {states.map(state => (
        <Button
          key={state} forbidden={manage} onClick={() => setAsking({ state, action: 'retry' })}
        >
          {verbs[state]!.verb} {many(group, state)}…
        </Button>
      ))}
      {states.map(state => (
        <Button
          key={state} kind='danger' forbidden={manage}
          onClick={() => setAsking({ state, action: 'delete' })}
        >
          Delete {many(group, state)}…
        </Button>
      ))}
      {asking !== null && (
        <ConfirmGroup
          group={group} {...asking} onChange={onChange} onClose={() => setAsking(null)}
        />
      )}
    </div>
  )
}

function many (group: ErrorGroup, state: GroupState): string {
  return plural(group[state], `${state} job`)
}

interface ConfirmGroupProps extends GroupActionsProps, Asking { onClose: () => void }

function ConfirmGroup ({ group, state, action, onChange, onClose }: ConfirmGroupProps) {
  const verb = action === 'delete' ? { verb: 'Delete', done: 'deleted' } : verbs[state]!
  const act = async () => {
    await notifyOutcome(async () => {
      const send = action === 'delete' ? deleteGroup : retryGroup
      return bulkInWords(await send(group, state), verb.done)
    })
    await onChange()
  }
  return (
    <Confirm
      title={`${verb.verb} all of this error`} verb={`${verb.verb} ${plural(group[state], 'job')}`}
      kind={action === 'delete' ? 'danger' : 'main'} question={questionOf(group, state, action)}
      onConfirm={act} onClose={onClose}
    />
  )
}

function questionOf (group: ErrorGroup, state: GroupState, action: Asking['action']): string {
  const jobs = `${many(group, state)} of this kind, and those that come until then,`
  if (action === 'delete') return `${jobs} are deleted and cannot be restored.`
  return `${jobs} run as soon as a worker takes them.`
}
