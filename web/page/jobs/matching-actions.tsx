import { useState } from 'preact/hooks'
import type { ListedState } from '../../api/job.ts'
import {
  actOnMatching, countMatching, type BulkAction, type JobFilter, type Matching
} from '../../api/job-filter.ts'
import { Button } from '../../part/button.tsx'
import { Confirm } from '../../part/confirm.tsx'
import { plural } from '../../part/format.ts'
import { notify, notifyOutcome } from '../../part/notice.tsx'
import { whyForbidden } from '../../state/access.ts'
import { bulkInWords } from './job-action.ts'
import { removalOf, verbs } from './verb.ts'

interface MatchingActionsProps {
  queue: string
  state: ListedState
  filter: JobFilter
  onChange: () => Promise<void>
}

interface Asking { action: BulkAction, count: number }

/** The actions on all jobs that match, also those that were not searched yet. */
export function MatchingActions ({ queue, state, filter, onChange }: MatchingActionsProps) {
  const [asking, setAsking] = useState<Asking | null>(null)
  const manage = whyForbidden('manage')
  const of = { queue, state, filter }
  // The number is said before: the server counts the jobs first.
  const ask = (action: BulkAction) => async () => {
    await countMatching(of, action).then(
      count => setAsking({ action, count }), ({ message }) => notify(message, true)
    )
  }
  return (
    <div class='actions' role='group' aria-label='All jobs that match'>
      {verbs[state] !== null && (
        <Button forbidden={manage} onClick={ask('retry')}>
          {verbs[state].verb} all that match…
        </Button>
      )}
      <Button kind='danger' forbidden={manage} onClick={ask('remove')}>
        {removalOf(state).title} all that match…
      </Button>
      {asking !== null && (
        <ConfirmMatching of={of} {...asking} onChange={onChange} onClose={() => setAsking(null)} />
      )}
    </div>
  )
}

interface ConfirmMatchingProps extends Asking {
  of: Matching
  onChange: () => Promise<void>
  onClose: () => void
}

function ConfirmMatching ({ of, action, count, onChange, onClose }: ConfirmMatchingProps) {
  const { state, queue } = of
  const isRetry = action === 'retry'
  const title = isRetry ? verbs[state]!.verb : removalOf(state).title
  const done = isRetry ? verbs[state]!.done : removalOf(state).done
  const act = async () => {
    await notifyOutcome(async () => bulkInWords(await actOnMatching(of, action), done))
    await onChange()
  }
  const many = plural(count, 'job')
  return (
    <Confirm
      title={`${title} all that match`} verb={`${title} ${many}`}
      kind={isRetry ? 'main' : 'danger'} question={`${many} of ${queue} match the filter.`}
      onConfirm={act} onClose={onClose}
    />
  )
}
