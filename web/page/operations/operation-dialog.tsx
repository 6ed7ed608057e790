import { useEffect, useState } from 'preact/hooks'
import {
  beginOperation, tryOperation, type DryRun, type NewOperation
} from '../../api/operation.ts'
import { Dialog } from '../../part/dialog.tsx'
import { Fields } from '../../part/field.tsx'
import { Form, FormFooter } from '../../part/form.tsx'
import { plural } from '../../part/format.ts'
import { Text } from '../../part/text.tsx'
import { href, navigate } from '../../state/route.ts'

type Typed = Record<string, string>
type Deed = 'retry' | 'delete'

interface OperationDialogProps {
  queue: string
  deed: Deed
  where: NewOperation['where']
  onClose: () => void
}

const canaryFields = [
  { name: 'jobs', label: 'Jobs that go first', hint: '20' },
  { name: 'within', label: 'They end within, seconds', hint: '600' },
  { name: 'stop_at', label: 'Stop at failures, percent', hint: '5' }
]

const usualRate: Record<Deed, number> = { retry: 50, delete: 1000 }

const words: Record<Deed, { title: string, explanation: string }> = {
  retry: {
    title: 'Retry with a canary',
    explanation: 'Some jobs go first. Once these have ended, the others follow at the rate, ' +
      'while fewer fail again than that share. Else it stops itself.'
  },
  delete: {
    title: 'Delete with an undo',
    explanation: 'The jobs are deleted at the rate. For 15 minutes they can be brought back.'
  }
}

/** Begins an operation on many jobs. It says before how many they are. */
export function OperationDialog ({ queue, deed, where, onClose }: OperationDialogProps) {
  const [typed, setTyped] = useState<Typed>({})
  const [problem, setProblem] = useState('')
  const operation = operationFrom(queue, deed, where, typed)
  const found = useDryRun(operation, setProblem)
  async function submit (): Promise<void> {
    try {
      const { id } = await beginOperation(operation)
      onClose()
      navigate(href.operation(id))
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  return (
    <Dialog title={words[deed].title} onClose={onClose}>
      <Form onSubmit={submit}>
        <Preview found={found} />
        <div class='fields'>
          <Fields
            fields={fieldsOf(deed)} typed={typed}
            onInput={(name, value) => setTyped({ ...typed, [name]: value })}
          />
        </div>
        <p class='dim'>{words[deed].explanation}</p>
        <FormFooter verb='Begin' problem={problem} onClose={onClose} />
      </Form>
    </Dialog>
  )
}

function fieldsOf (deed: Deed) {
  const rate = { name: 'rate', label: 'Jobs a second', hint: String(usualRate[deed]) }
  return deed === 'retry' ? [...canaryFields, rate] : [rate]
}

function useDryRun (operation: NewOperation, onProblem: (problem: string) => void): DryRun | null {
  const [found, setFound] = useState<DryRun | null>(null)
  useEffect(() => {
    void tryOperation(operation).then(setFound, ({ message }) => onProblem(message))
  }, [])
  return found
}

function operationFrom (
  queue: string, deed: Deed, where: NewOperation['where'], typed: Typed
): NewOperation {
  const number = (name: string, usual: number): number => {
    return (typed[name] ?? '').trim() === '' ? usual : Number(typed[name])
  }
  const operation = { queue, where, do: deed, rate: number('rate', usualRate[deed]) }
  if (deed === 'delete') return operation
  const share = number('stop_at', 5) / 100
  const canary = { jobs: number('jobs', 20), within: number('within', 600), stop_at: share }
  return { ...operation, canary }
}

function Preview ({ found }: { found: DryRun | null }) {
  if (found === null) return <p class='dim'>Counting…</p>
  return (
    <>
      <p><b>{plural(found.matched, 'job')}</b>, of which the first are:</p>
      <ul class='preview'>
        {found.preview.map(({ id, payload }) => (
          <li key={id}>{id} <code><Text text={payload.slice(0, 200)} /></code></li>
        ))}
      </ul>
    </>
  )
}
