import { useState } from 'preact/hooks'
import { states } from '../../api/job.ts'
import { control, purge, type Policy } from '../../api/queue.ts'
import { Button } from '../../part/button.tsx'
import { Confirm } from '../../part/confirm.tsx'
import { instantInZone, plural } from '../../part/format.ts'
import { notifyOutcome } from '../../part/notice.tsx'
import { whyForbidden } from '../../state/access.ts'
import type { Row } from '../../state/overview.ts'
import { href, navigate } from '../../state/route.ts'
import { PushDialog } from './push-dialog.tsx'
import { PauseDialog } from './pause-dialog.tsx'

interface QueueActionsProps {
  queue: string
  row: Row | undefined
  policy: Policy | null
  onChange: () => Promise<void>
}

/** Add a job, pause or resume, purge. */
export function QueueActions ({ queue, row, policy, onChange }: QueueActionsProps) {
  const [open, setOpen] = useState<'push' | 'purge' | 'pause' | null>(null)
  const manage = whyForbidden('manage')
  const produce = whyForbidden('produce')
  const close = () => setOpen(null)
  const isPaused = policy?.stopped ?? row?.stopped ?? false
  const reopensAt = isPaused ? policy?.reopens_at ?? null : null
  return (
    <div class='actions'>
      {reopensAt !== null && <span class='dim'>resumes at {instantInZone(reopensAt)}</span>}
      {isPaused
        ? <Button forbidden={manage} onClick={() => resume(queue, onChange)}>Resume</Button>
        : <Button forbidden={manage} onClick={() => setOpen('pause')}>Pause…</Button>}
      <Button kind='danger' forbidden={manage} onClick={() => setOpen('purge')}>Purge…</Button>
      <Button kind='main' forbidden={produce} onClick={() => setOpen('push')}>Add job</Button>
      {open === 'push' && <PushDialog queue={queue} onClose={close} />}
      {open === 'pause' && <PauseDialog queue={queue} onChange={onChange} onClose={close} />}
      {open === 'purge' && <PurgeDialog queue={queue} row={row} onClose={close} />}
    </div>
  )
}

async function resume (queue: string, onChange: () => Promise<void>): Promise<void> {
  await notifyOutcome(async () => {
    await control(queue, { status: 'start' })
    await onChange()
    return `${queue} delivers jobs again`
  })
}

interface PurgeDialogProps { queue: string, row: Row | undefined, onClose: () => void }

function PurgeDialog ({ queue, row, onClose }: PurgeDialogProps) {
  const counts = states.map(state => row?.counts[state] ?? 0)
  const jobs = plural(counts.reduce((sum, count) => sum + count, 0), 'job')
  const confirm = async () => {
    const isPurged = await notifyOutcome(async () => {
      await purge(queue)
      return `${queue} was purged`
    })
    if (isPurged) navigate(href.queues)
  }
  return (
    <Confirm
      title={`Purge ${queue}`} word={queue} verb='Purge for good' onConfirm={confirm}
      question={`${jobs}, the counters and the policy are deleted and cannot be restored.`}
      onClose={onClose}
    />
  )
}
