import { useState } from 'preact/hooks'
import { retryGroup, type ErrorGroup, type GroupState } from '../../api/error-group.ts'
import { Button } from '../../part/button.tsx'
import { Confirm } from '../../part/confirm.tsx'
import { plural } from '../../part/format.ts'
import { notifyOutcome } from '../../part/notice.tsx'
import { whyForbidden } from '../../state/access.ts'
import { bulkInWords } from '../jobs/job-action.ts'
import { verbs } from '../jobs/verb.ts'
import { OperationDialog } from '../operations/operation-dialog.tsx'

interface GroupActionsProps { group: ErrorGroup, onChange: () => Promise<void> }

/** canary and delete are operations, which go on by themselves. */
type Deed = 'retry' | 'canary' | 'delete'

interface Asking { state: GroupState, deed: Deed }

/** The actions on all jobs of a group. Each button says how many they are. */
export function GroupActions ({ group, onChange }: GroupActionsProps) {
  const [asking, setAsking] = useState<Asking | null>(null)
  const manage = whyForbidden('manage')
  const states = (['failed', 'retrying'] as const).filter(state => group[state] > 0)
  if (states.length === 0) return <p class='dim'>No job of this kind is there any longer.</p>
  const all = (['retry', 'canary', 'delete'] as const).flatMap(deed => {
    return states.map(state => ({ state, deed }))
  })
  return (
    <div class='actions' role='group' aria-label='All jobs of this error'>
      {all.map(one => (
        <Button
          key={`${one.deed} ${one.state}`} kind={one.deed === 'delete' ? 'danger' : 'plain'}
          forbidden={manage} onClick={() => setAsking(one)}
        >
          {labelOf(group, one)}…
        </Button>
      ))}
      {asking !== null && (
        <Ask group={group} {...asking} onChange={onChange} onClose={() => setAsking(null)} />
      )}
    </div>
  )
}

function labelOf (group: ErrorGroup, { state, deed }: Asking): string {
  const many = plural(group[state], `${state} job`)
  if (deed === 'delete') return `Delete ${many}`
  const { verb } = verbs[state]!
  return deed === 'retry' ? `${verb} ${many}` : `${verb} ${state} with a canary`
}

interface AskProps extends GroupActionsProps, Asking { onClose: () => void }

function Ask ({ group, state, deed, onChange, onClose }: AskProps) {
  if (deed === 'retry') {
    return <ConfirmRetry group={group} state={state} onChange={onChange} onClose={onClose} />
  }
  const { queue, fingerprint: error } = group
  const operation = deed === 'canary' ? 'retry' : 'delete'
  return (
    <OperationDialog queue={queue} deed={operation} where={{ state, error }} onClose={onClose} />
  )
}

function ConfirmRetry ({ group, state, onChange, onClose }: Omit<AskProps, 'deed'>) {
  const { verb, done } = verbs[state]!
  const act = async () => {
    await notifyOutcome(async () => bulkInWords(await retryGroup(group, state), done))
    await onChange()
  }
  const jobs = `${plural(group[state], `${state} job`)} of this kind`
  return (
    <Confirm
      title={`${verb} all of this error`} verb={`${verb} ${plural(group[state], 'job')}`}
      kind='main' onConfirm={act} onClose={onClose}
      question={`${jobs}, and those that come until then, run as soon as a worker takes them.`}
    />
  )
}
