import { goProgram, pythonWithDramatiq, python } from './install.ts'

/** A program that works on jobs, and how many at a time it is to work on. */
export interface WorkerContestant {
  name: string
  levels: number[]
  /** It asks a presque; the others speak to Redis. */
  needsPresque: boolean
  /** Why it cannot take part. */
  missing? (): Promise<string | undefined>
  /** The program and its first arguments: the URL comes behind them. */
  command (): Promise<string[]>
}

const folder = 'bench/workers'
const tsx = [process.execPath, '--import', 'tsx']
const node = (file: string) => async () => [...tsx, `${folder}/${file}`]

export const workerContestants: WorkerContestant[] = [
  { name: 'worker', levels: [1, 10, 50], needsPresque: true, command: node('presque.ts') },
  { name: 'bullmq worker', levels: [1, 10, 50], needsPresque: false, command: node('bullmq.ts') },
  {
    name: 'go worker',
    levels: [10],
    needsPresque: true,
    missing: goProgram.missing,
    command: async () => [await goProgram.path(), 'presque']
  },
  {
    name: 'asynq',
    levels: [10],
    needsPresque: false,
    missing: goProgram.missing,
    command: async () => [await goProgram.path(), 'asynq']
  },
  {
    name: 'python worker',
    levels: [8],
    needsPresque: true,
    missing: python.missing,
    command: async () => [await python.path(), '-B', `${folder}/presque_worker.py`]
  },
  {
    name: 'dramatiq',
    levels: [8],
    needsPresque: false,
    missing: pythonWithDramatiq.missing,
    command: async () => [await pythonWithDramatiq.path(), '-B', `${folder}/dramatiq_worker.py`]
  }
]
