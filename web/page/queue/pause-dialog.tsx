import { useState } from 'preact/hooks'
import { control } from '../../api/queue.ts'
import { Dialog } from '../../part/dialog.tsx'
import { Field } from '../../part/field.tsx'
import { Form } from '../../part/form.tsx'
import { notifyOutcome } from '../../part/notice.tsx'

interface PauseDialogProps { queue: string, onChange: () => Promise<void>, onClose: () => void }

/** Pauses a queue, until it is resumed or for some seconds. */
export function PauseDialog ({ queue, onChange, onClose }: PauseDialogProps) {
  const [seconds, setSeconds] = useState('')
  async function pause (): Promise<void> {
    const isPaused = await notifyOutcome(async () => {
      const duration = seconds.trim() === '' ? {} : { for: Number(seconds) }
      await control(queue, { status: 'stop', ...duration })
      await onChange()
      return `${queue} is paused`
    })
    if (isPaused) onClose()
  }
  return (
    <Dialog title={`Pause ${queue}`} onClose={onClose}>
      <Form onSubmit={pause}>
        <p>
          A paused queue delivers no jobs, but accepts new ones. Running jobs end as they are.
        </p>
        <Field
          label='Resume after, seconds' hint='until you resume it' value={seconds}
          onInput={setSeconds}
        />
        <footer>
          <button type='button' class='plain' onClick={onClose}>Keep running</button>
          <button type='submit' class='danger'>Pause</button>
        </footer>
      </Form>
    </Dialog>
  )
}
