import { isUtf8 } from 'node:buffer'
import { JobError, Release } from '../../client/error.ts'
import { JsonText } from '../../client/json-text.ts'
import type { Ending } from './program.ts'

interface Rules {
  /** Seconds. */
  releaseDelay: number
  timeout: number | undefined
  /** Exit codes after which the job is not tried again. */
  final: number[]
}

// sysexits.h: EX_TEMPFAIL, a temporary failure.
const temporary = 75

/** The failure of a program, as the server keeps it with the job. */
export class ProgramError extends JobError {
  override readonly name: string
  override readonly stack: string

  constructor (type: string, message: string, stderr: string, final = false) {
    super(message, final ? { retry: false } : {})
    this.name = type
    this.stack = stderr
  }
}

/**
 * The result of a job whose program ended with exit code 0. Throws a `ProgramError` or a `Release`
 * where it ended otherwise, from which client/job-run.ts makes a nack or a release.
 * `reason` says why this worker ended it, if it did.
 */
export function outcomeOf (
  ending: Ending, reason: 'timeout' | 'shutdown' | undefined, rules: Rules
): JsonText | undefined {
  const { code, signal, tail, error } = ending
  const { releaseDelay, timeout, final } = rules
  if (error !== undefined) {
    throw new Release(`the program cannot be started: ${error.message}`, releaseDelay)
  }
  if (reason === 'timeout') {
    throw new ProgramError('timeout', `it ran longer than ${timeout} s`, tail)
  }
  if (code === 0) return outputOf(ending)
  if (reason === 'shutdown') throw new Release('this worker is stopping', 0)
  if (code === temporary) throw new Release(`exit code ${temporary}`, releaseDelay)
  if (code === null) throw new ProgramError('signal', `killed by ${signal}`, tail)
  throw new ProgramError('exit', `exit code ${code}`, tail, final.includes(code))
}

// JSON stays as the program wrote it, without the white space around it. Other text is a string.
function outputOf ({ stdout, cut }: Ending): JsonText | undefined {
  const text = stdout.toString('utf8')
  const json = text.trim()
  if (json === '') return undefined
  const isJson = !cut && isUtf8(stdout) && parses(json)
  return new JsonText(isJson ? json : JSON.stringify(text.replace(/\r?\n$/, '')))
}

function parses (text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
