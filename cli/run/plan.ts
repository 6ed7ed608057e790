import type { Log } from './log.ts'

/** The options of `presque run`. */
export interface Plan {
  url: string
  token: string | undefined
  program: string
  args: string[]
  env: NodeJS.ProcessEnv
  queues: string[]
  concurrency: number
  /** This and all below in seconds. */
  lease: number
  grace: number
  killAfter: number
  releaseDelay: number
  wait: number
  timeout: number | undefined
  /** Exit codes. */
  final: number[]
  worker: string
  log: Log
}
