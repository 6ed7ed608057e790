import { useState } from 'preact/hooks'
import { cancel, retry, type Job } from '../../api/job.ts'
import { Button } from '../../part/button.tsx'
import { whyForbidden } from '../../state/access.ts'
import { actOnJob } from '../jobs/job-action.ts'
import { removalOf, verbs } from '../jobs/verb.ts'
import { PushDialog } from '../queue/push-dialog.tsx'

interface JobActionsProps { job: Job, isDeleted: boolean, onChange: () => Promise<void> }

/** Run, edit, cancel or delete. The dialog stays open when the job is deleted meanwhile. */
export function JobActions ({ job, isDeleted, onChange }: JobActionsProps) {
  const { queue } = job
  const [isEditing, setEditing] = useState(false)
  const removeOld = async () => {
    const words = await tryRemoval(job)
    await onChange()
    return words
  }
  return (
    <div class='actions'>
      {!isDeleted && <JobButtons job={job} onEdit={() => setEditing(true)} onChange={onChange} />}
      {isEditing && (
        <PushDialog
          queue={queue} from={job} onPushed={removeOld} onClose={() => setEditing(false)}
        />
      )}
    </div>
  )
}

interface JobButtonsProps { job: Job, onEdit: () => void, onChange: () => Promise<void> }

function JobButtons ({ job, onEdit, onChange }: JobButtonsProps) {
  const manage = whyForbidden('manage')
  const produce = whyForbidden('produce')
  const verb = verbs[job.state]
  const removal = removalOf(job.state)
  const act = (action: typeof retry, done: string) => async () => {
    await actOnJob(job, action, done)
    await onChange()
  }
  return (
    <>
      {verb !== null && (
        <Button forbidden={manage} onClick={act(retry, 'runs now')}>{verb.one}</Button>
      )}
      <Button forbidden={produce ?? manage} onClick={onEdit}>Edit and add again…</Button>
      <Button kind='danger' forbidden={manage} onClick={act(cancel, `is ${removal.done}`)}>
        {removal.title} job
      </Button>
    </>
  )
}

// After the push of the new job: if either fails, one of the two jobs is still there.
async function tryRemoval ({ queue, id, state }: Job): Promise<string> {
  const { done } = removalOf(state)
  return await cancel(queue, id).then(() => `; job ${id} is ${done}`, ({ message }) => {
    return `; job ${id} could not be ${done} (${message}), it may run as well`
  })
}
