import { useState } from 'preact/hooks'
import { useRefusal } from '../../state/access.ts'
import { Button } from '../../part/button.tsx'
import { cancel, retry, type Job } from '../../api/job.ts'
import { act } from '../../part/notice.tsx'
import { PushDialog } from '../queue/push.tsx'

interface JobActionsProps { job: Job, isGone: boolean, onChange: () => Promise<void> }

/** Retry, edit and push again, cancel. A form that is open stays when the job has gone meanwhile. */
export function JobActions ({ job, isGone, onChange }: JobActionsProps) {
  const { queue, id, state } = job
  const isIdle = state === 'failed' || state === 'delayed'
  const [editing, setEditing] = useState(false)
  const manage = useRefusal('manage')
  const produce = useRefusal('produce')
  const doing = (one: typeof retry, said: string) => async () => {
    await act(async () => { await one(queue, id); return `Job ${id} ${said}` })
    await onChange()
  }
  // The new one first: whatever fails then, there is one of them at least.
  async function cancelOld (): Promise<string> {
    const said = await cancel(queue, id).then(() => `; job ${id} is cancelled`, error => `; job ${id} could not be cancelled (${error.message}), it may run or have run as well`)
    await onChange()
    return said
  }
  return (
    <div class='actions'>
      {!isGone && isIdle && <Button refusal={manage} onClick={doing(retry, 'runs now')}>Retry now</Button>}
      {!isGone && <Button refusal={produce ?? manage} onClick={() => setEditing(true)}>Edit and push again…</Button>}
      {!isGone && <Button kind='danger' refusal={manage} onClick={doing(cancel, 'is cancelled')}>Cancel job</Button>}
      {editing && <PushDialog queue={queue} from={job} onPushed={cancelOld} onClose={() => setEditing(false)} />}
    </div>
  )
}
