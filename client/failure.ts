import { JobError, PresqueError, Unreachable } from './error.ts'
import type { Failure } from './schema.ts'
import type { Delivery } from './delivery.ts'

// In characters: all of it is kept by presque, which cuts an error at 64 KiB.
const longest = { type: 200, message: 16_000, backtrace: 43_000 }

/** The failure that a handler's exception is. Anything can be thrown, and reading it may throw again: this never does. */
export function failureOf (error: unknown): Failure {
  if (!looksLikeError(error)) return { error: { type: typeOf(error), message: textOf(error, longest.message) } }
  const read = (name: string, most: number): string => textOf(attempt(() => (error as unknown as Record<string, unknown>)[name]), most)
  const backtrace = read('stack', longest.backtrace)
  const told = { type: read('name', longest.type), message: read('message', longest.message), ...(backtrace !== 'undefined' && { backtrace }) }
  return { error: told, ...wishes(error) }
}

/** The failure of a job whose result or failure presque refused: to run it again would end in the same way. */
export function failureOfRefusal (what: 'result' | 'failure', { message }: Error): Failure {
  return { error: { type: 'refused', message: `presque does not take the ${what} of this job: ${message}` }, retry: false }
}

/** Whether what was to be told is wrong (presque refused it, or it is no JSON), and not the time, the place or the one who tells. */
export function isAboutContent (error: unknown): error is Error {
  if (error instanceof PresqueError) return error.status < 500 && ![401, 403, 404, 408, 409, 429].includes(error.status)
  return error instanceof Error && !(error instanceof Unreachable)
}

/** Tells the console. The error as it is shows its causes, unless showing it throws. */
export function report (error: unknown, { queue, id }: Pick<Delivery, 'queue' | 'id'>): void {
  const about = `presque: job ${id} of ${queue}:`
  try {
    console.error(about, error)
  } catch {
    console.error(about, textOf(error, longest.message))
  }
}

// Those of another realm, such as a frame or a vm context, are no instances of this one's Error.
function looksLikeError (error: unknown): error is Error {
  return attempt(() => error instanceof Error || (typeof error === 'object' && error !== null && typeof (error as Error).message === 'string')) === true
}

function wishes (error: Error): Pick<Failure, 'delay' | 'retry'> {
  return attempt(() => {
    if (!(error instanceof JobError)) return {}
    const { delay, retry } = error
    return { ...(delay !== undefined && { delay }), ...(retry !== undefined && { retry }) }
  }) ?? {}
}

function typeOf (value: unknown): string {
  return value === null ? 'null' : typeof value
}

// An object says nothing of itself as a string, but most do as JSON.
function textOf (value: unknown, most: number): string {
  const text = attempt(() => typeof value === 'object' && value !== null ? JSON.stringify(value) : undefined) ?? attempt(() => String(value))
  return (text ?? `something that cannot be read: ${typeOf(value)}`).slice(0, most)
}

function attempt<Value> (read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
