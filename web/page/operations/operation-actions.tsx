import { stepOperation, type Operation, type OperationStep } from '../../api/operation.ts'
import { Button } from '../../part/button.tsx'
import { notifyOutcome } from '../../part/notice.tsx'
import { whyForbidden } from '../../state/access.ts'
import { serverNow } from '../../state/clock.ts'

interface OperationActionsProps { operation: Operation, onChange: () => Promise<void> }

const steps: Partial<Record<Operation['state'], OperationStep[]>> = {
  canary: ['pause', 'abort'],
  running: ['pause', 'abort'],
  paused: ['resume', 'abort'],
  stopped: ['resume', 'abort']
}

/** What it can be told now. Jobs that it has deleted can be brought back for a while. */
function stepsOf ({ state, undo_until: until }: Operation): OperationStep[] {
  const canUndo = (state === 'completed' || state === 'aborted') && until !== null &&
    until > serverNow() / 1000
  return [...(steps[state] ?? []), ...(canUndo ? ['undo' as const] : [])]
}

const words: Record<OperationStep, { verb: string, done: string }> = {
  pause: { verb: 'Pause', done: 'paused' },
  resume: { verb: 'Resume', done: 'resumed' },
  abort: { verb: 'Abort', done: 'aborted: the jobs that are left stay as they are' },
  undo: { verb: 'Undo', done: 'being undone: the deleted jobs come back' }
}

/** What can be done with an operation that has not ended. */
export function OperationActions ({ operation, onChange }: OperationActionsProps) {
  const manage = whyForbidden('manage')
  const act = (step: OperationStep) => async () => {
    await notifyOutcome(async () => {
      await stepOperation(operation.id, step)
      return `The operation is ${words[step].done}`
    })
    await onChange()
  }
  return (
    <div class='actions'>
      {stepsOf(operation).map(step => (
        <Button
          key={step} kind={step === 'abort' ? 'danger' : 'plain'} forbidden={manage}
          onClick={act(step)}
        >
          {words[step].verb}
        </Button>
      ))}
    </div>
  )
}
