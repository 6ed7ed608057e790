import { JobError, PresqueError, Unreachable } from './error.ts'
import type { Failure } from './schema.ts'
import type { Delivery } from './delivery.ts'

// In characters. presque cuts an error at 64 KiB: an error within these bounds is stored whole.
const longest = { type: 200, message: 16_000, backtrace: 43_000 }

/**
 * The failure that a handler's exception stands for. A handler may throw any value, and reading
 * that value may throw again: this function never throws.
 */
export function failureOf (error: unknown): Failure {
  if (!looksLikeError(error)) {
    return { error: { type: typeOf(error), message: textOf(error, longest.message) } }
  }
  const members = error as unknown as Record<string, unknown>
  const read = (name: string, most: number) => textOf(attempt(() => members[name]), most)
  const backtrace = read('stack', longest.backtrace)
  const told = { type: read('name', longest.type), message: read('message', longest.message) }
  return {
    error: { ...told, ...(backtrace !== 'undefined' && { backtrace }) },
    ...retryOf(error)
  }
}

/** The failure of a job whose result or failure presque rejected: another run would end alike. */
export function failureOfRejection (what: 'result' | 'failure', { message }: Error): Failure {
  const sentence = `presque does not take the ${what} of this job: ${message}`
  return { error: { type: 'refused', message: sentence }, retry: false }
}

/**
 * Whether an error is about the content that the client sent: presque rejects it, or it is no JSON.
 * At another time or with another token it would be rejected, too.
 */
export function isContentError (error: unknown): error is Error {
  if (error instanceof PresqueError) {
    return error.status < 500 && ![401, 403, 404, 408, 409, 429].includes(error.status)
  }
  return error instanceof Error && !(error instanceof Unreachable)
}

/** Writes an error to the console: as an object, which shows its causes, unless that throws. */
export function logError (error: unknown, { queue, id }: Pick<Delivery, 'queue' | 'id'>): void {
  const about = `presque: job ${id} of ${queue}:`
  try {
    console.error(about, error)
  } catch {
    console.error(about, textOf(error, longest.message))
  }
}

// An error of another realm, such as a frame or a vm context, is no instance of this realm's Error.
function looksLikeError (error: unknown): error is Error {
  return attempt(() => {
    if (error instanceof Error) return true
    const isObject = typeof error === 'object' && error !== null
    return isObject && typeof (error as Error).message === 'string'
  }) === true
}

function retryOf (error: Error): Pick<Failure, 'delay' | 'retry'> {
  return attempt(() => {
    if (!(error instanceof JobError)) return {}
    const { delay, retry } = error
    return { ...(delay !== undefined && { delay }), ...(retry !== undefined && { retry }) }
  }) ?? {}
}

function typeOf (value: unknown): string {
  return value === null ? 'null' : typeof value
}

// String() says nothing of an object; JSON shows most of them.
function textOf (value: unknown, most: number): string {
  const isObject = typeof value === 'object' && value !== null
  const json = isObject ? attempt(() => JSON.stringify(value)) : undefined
  const text = json ?? attempt(() => String(value))
  return (text ?? `something that cannot be read: ${typeOf(value)}`).slice(0, most)
}

function attempt<Value> (read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
