import { useState } from 'preact/hooks'
import { cancel, retry, type Job } from '../../api/job.ts'
import { Button } from '../../part/button.tsx'
import { whyForbidden } from '../../state/access.ts'
import { actOnJob } from '../jobs/job-action.ts'
import { verbs } from '../jobs/verb.ts'
import { PushDialog } from '../queue/push-dialog.tsx'

interface JobActionsProps { job: Job, isDeleted: boolean, onChange: () => Promise<void> }

/** Run, edit, cancel. The dialog stays open when the job is deleted meanwhile. */
export function JobActions ({ job, isDeleted, onChange }: JobActionsProps) {
  const { queue, id } = job
  const [isEditing, setEditing] = useState(false)
  const cancelOld = async () => {
    const words = await tryCancel(queue, id)
    await onChange()
    return words
  }
  return (
    <div class='actions'>
      {!isDeleted && <JobButtons job={job} onEdit={() => setEditing(true)} onChange={onChange} />}
      {isEditing && (
        <PushDialog
          queue={queue} from={job} onPushed={cancelOld} onClose={() => setEditing(false)}
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
  const act = (action: typeof retry, done: string) => async () => {
    await actOnJob(job, action, done)
    await onChange()
  }
  return (
    <>
      {verb !== null && (
        <Button forbidden={manage} onClick={act(retry, 'runs now')}>{verb.one}</Button>
      )}
      <Button forbidden={produce ?? manage} onClick={onEdit}>Edit and push again…</Button>
      <Button kind='danger' forbidden={manage} onClick={act(cancel, 'is cancelled')}>
        Cancel job
      </Button>
    </>
  )
}

// After the push of the new job: if either fails, one of the two jobs is still there.
async function tryCancel (queue: string, id: string): Promise<string> {
  return await cancel(queue, id).then(() => `; job ${id} is cancelled`, ({ message }) => {
    return `; job ${id} could not be cancelled (${message}), it may run as well`
  })
}
