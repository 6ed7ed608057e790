import { useState } from 'preact/hooks'
import { control } from '../../api/queue.ts'
import { Dialog } from '../../part/dialog.tsx'
import { Field } from '../../part/field.tsx'
import { Form } from '../../part/form.tsx'
import { notifyOutcome } from '../../part/notice.tsx'

interface StopDialogProps { queue: string, onChange: () => Promise<void>, onClose: () => void }

/** Stops a queue, for good or for some seconds. */
export function StopDialog ({ queue, onChange, onClose }: StopDialogProps) {
  const [seconds, setSeconds] = useState('')
  async function stop (): Promise<void> {
    const isStopped = await notifyOutcome(async () => {
      const duration = seconds.trim() === '' ? {} : { for: Number(seconds) }
      await control(queue, { status: 'stop', ...duration })
      await onChange()
      return `${queue} is stopped`
    })
    if (isStopped) onClose()
  }
  return (
    <Dialog title={`Stop ${queue}`} onClose={onClose}>
      <Form onSubmit={stop}>
        <p>A stopped queue delivers no jobs, but accepts new ones. Active jobs go on.</p>
        <Field
          label='Open again after, seconds' hint='until you start it' value={seconds}
          onInput={setSeconds}
        />
        <footer>
          <button type='button' class='plain' onClick={onClose}>Keep open</button>
          <button type='submit' class='danger'>Stop</button>
        </footer>
      </Form>
    </Dialog>
  )
}
