import { isUtf8 } from 'node:buffer'
import type { Ending } from './program.ts'

/** What is to be told to presque. */
export type Verdict =
  | { verb: 'ack', body: string | undefined }
  | { verb: 'nack', body: string, why: string, refused?: true }
  | { verb: 'release', delay: number, why: string }

interface Rules { releaseDelay: number, final: number[], timeout: number | undefined }

// sysexits.h: a temporary failure, the user is invited to retry.
const temporary = 75

/** How a program ended, as a verdict. `end`: whether it was ended, and why. */
export function verdict (ending: Ending, end: 'timeout' | 'shutdown' | undefined, rules: Rules): Verdict {
  const { code, signal, tail, error } = ending
  if (error !== undefined) return { verb: 'release', delay: rules.releaseDelay, why: `the program cannot be started: ${error.message}` }
  if (end === 'timeout') return failed('timeout', `it ran longer than ${rules.timeout} s`, tail)
  if (code === 0) return { verb: 'ack', body: result(ending) }
  if (end === 'shutdown') return { verb: 'release', delay: 0, why: 'this worker is stopping' }
  if (code === temporary) return { verb: 'release', delay: rules.releaseDelay, why: `exit code ${temporary}` }
  return code === null ? failed('signal', `killed by ${signal}`, tail) : failed('exit', `exit code ${code}`, tail, rules.final.includes(code))
}

function failed (type: string, message: string, tail: string, final = false): Verdict {
  return { verb: 'nack', why: message, body: JSON.stringify({ error: { type, message, backtrace: tail }, ...(final && { retry: false }) }) }
}

// JSON as it was written, but for the white space around it; anything else as a JSON string.
function result ({ stdout, cut }: Ending): string | undefined {
  const text = stdout.toString('utf8')
  const json = text.trim()
  if (json === '') return undefined
  try {
    if (cut || !isUtf8(stdout)) throw new Error('no JSON')
    JSON.parse(json)
    return json
  } catch {
    return JSON.stringify(text.replace(/\r?\n$/, ''))
  }
}
