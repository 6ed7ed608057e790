import { useState } from 'preact/hooks'
import { useRefusal } from '../../state/access.ts'
import { Button } from '../../part/button.tsx'
import { Confirm, Dialog } from '../../part/dialog.tsx'
import { Form } from '../../part/form.tsx'
import { instantInZone, plural } from '../../part/format.ts'
import { act } from '../../part/notice.tsx'
import { go, link } from '../../state/place.ts'
import { Field, PushDialog } from './push.tsx'
import { path, send } from '../../api/server.ts'
import type { Row } from '../../api/live.ts'
import type { Policy } from '../../api/policy.ts'

interface QueueActionsProps { queue: string, row: Row | undefined, policy: Policy | null, onChange: () => Promise<void> }

/** Put in, stop or start, purge. */
export function QueueActions ({ queue, row, policy, onChange }: QueueActionsProps) {
  const [open, setOpen] = useState<'push' | 'purge' | 'stop' | null>(null)
  const manage = useRefusal('manage')
  const produce = useRefusal('produce')
  const close = () => setOpen(null)
  const stopped = policy?.stopped ?? row?.stopped ?? false
  const start = async () => await act(async () => {
    await send('POST', path('control', queue), { body: '{"status":"start"}' })
    await onChange()
    return `${queue} gives out jobs again`
  })
  return (
    <div class='actions'>
      {stopped && policy?.reopens_at != null && <span class='dim'>opens at {instantInZone(policy.reopens_at)}</span>}
      {stopped ? <Button refusal={manage} onClick={start}>Start</Button> : <Button refusal={manage} onClick={() => setOpen('stop')}>Stop…</Button>}
      <Button kind='danger' refusal={manage} onClick={() => setOpen('purge')}>Purge…</Button>
      <Button kind='main' refusal={produce} onClick={() => setOpen('push')}>Put a job in</Button>
      {open === 'push' && <PushDialog queue={queue} onClose={close} />}
      {open === 'stop' && <StopDialog queue={queue} onChange={onChange} onClose={close} />}
      {open === 'purge' && <PurgeDialog queue={queue} row={row} onClose={close} />}
    </div>
  )
}

function PurgeDialog ({ queue, row, onClose }: { queue: string, row: Row | undefined, onClose: () => void }) {
  const jobs = row === undefined ? 0 : Object.values(row.counts).reduce((sum, one) => sum + one, 0)
  const purge = async () => {
    const done = await act(async () => {
      await send('DELETE', path('q', queue))
      return `${queue} was purged`
    })
    if (done) go(link.front)
  }
  return (
    <Confirm
      title={`Purge ${queue}`} word={queue} verb='Purge for good' onConfirm={purge} onClose={onClose}
      question={`${plural(jobs, 'job')}, the counters and the policy will be gone. Nothing brings them back.`}
    />
  )
}

function StopDialog ({ queue, onChange, onClose }: { queue: string, onChange: () => Promise<void>, onClose: () => void }) {
  const [seconds, setSeconds] = useState('')
  async function stop (): Promise<void> {
    const done = await act(async () => {
      const pause = seconds.trim() === '' ? {} : { for: Number(seconds) }
      await send('POST', path('control', queue), { body: JSON.stringify({ status: 'stop', ...pause }) })
      await onChange()
      return `${queue} is stopped`
    })
    if (done) onClose()
  }
  return (
    <Dialog title={`Stop ${queue}`} onClose={onClose}>
      <Form onSubmit={stop}>
        <p>It will give out no job, and still take new ones. What is on lease runs on.</p>
        <Field label='Open again after so many seconds' hint='only when it is started' value={seconds} onInput={setSeconds} />
        <footer>
          <button type='button' class='plain' onClick={onClose}>Keep open</button>
          <button type='submit' class='danger'>Stop</button>
        </footer>
      </Form>
    </Dialog>
  )
}
