import { Fragment } from 'preact'
import { Dialog } from '../part/dialog.tsx'

const keys: Array<[key: string, does: string]> = [
  ['Ctrl K', 'Go to a queue, a job, a worker or a schedule'],
  ['/', 'Filter this page'],
  ['j, k', 'The next row, the row before'],
  ['x', 'Select the job of the row'],
  ['r', 'Retry the job of the row, or run it now'],
  ['?', 'This list'],
  ['Esc', 'Close']
]

/** The keys of all pages. */
export function Help ({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title='Keys' keepsTyped={false} onClose={onClose}>
      <dl class='facts keys'>
        {keys.map(([key, does]) => (
          <Fragment key={key}><dt><kbd>{key}</kbd></dt><dd>{does}</dd></Fragment>
        ))}
      </dl>
    </Dialog>
  )
}
