import type { Operation } from '../../api/operation.ts'

const kinds: Record<Operation['state'], string> = {
  canary: 'waiting',
  running: 'active',
  paused: 'warn',
  stopped: 'failed',
  completed: 'good',
  aborted: '',
  undoing: 'active',
  undone: ''
}

const words: Partial<Record<Operation['state'], string>> = { stopped: 'stopped itself' }

export function OperationState ({ operation: { state } }: { operation: Operation }) {
  return <span class={`badge ${kinds[state]}`}>{words[state] ?? state}</span>
}
