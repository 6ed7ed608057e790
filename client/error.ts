/** An error that presque answered (docs/reference/errors.md lists them), with its status. */
export class PresqueError extends Error {
  override readonly name: string = 'PresqueError'
  readonly status: number

  constructor (status: number, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * presque did not answer. Whether it got the request is not known; `cause` says what happened to
 * the connection.
 */
export class Unreachable extends Error {
  override readonly name: string = 'Unreachable'
}

/** Thrown by a handler: its job has failed, and this says when and whether it runs again. */
export class JobError extends Error {
  override readonly name: string = 'JobError'
  /** Seconds until it runs again; if left out, as the policy of the queue says. */
  readonly delay: number | undefined
  /** false: it has failed for good. */
  readonly retry: boolean | undefined

  constructor (
    message: string,
    { delay, retry, cause }: { delay?: number, retry?: boolean, cause?: unknown } = {}
  ) {
    super(message, { cause })
    this.delay = delay
    this.retry = retry
  }
}

/** Thrown by a handler: its job is released, to be given out again after `delay` seconds. */
export class Release extends Error {
  override readonly name: string = 'Release'
  readonly delay: number

  constructor (message: string, delay: number) {
    super(message)
    this.delay = delay
  }
}

/** Whether a handler threw a `Release`. It may throw a proxy, which throws when it is read. */
export function isRelease (thrown: unknown): thrown is Release {
  try {
    return thrown instanceof Release
  } catch {
    return false
  }
}

/** The error in an answer. A proxy may answer instead of presque, and not in JSON. */
export function errorOf (status: number, text: string): PresqueError {
  try {
    const { error } = JSON.parse(text) as { error?: unknown }
    if (typeof error === 'string') return new PresqueError(status, error)
  } catch {}
  return new PresqueError(status, text.slice(0, 200) || `status ${status}`)
}

/** What a batch answered for one of its jobs: an error, or null where there is none. */
export function errorIn ({ error }: { error?: string }): PresqueError | null {
  if (error === undefined) return null
  const status = error === 'no such job' ? 404 : error === 'lease lost' ? 409 : 400
  return new PresqueError(status, error)
}

export function hasStatus (error: unknown, ...statuses: number[]): error is PresqueError {
  return error instanceof PresqueError && statuses.includes(error.status)
}

/** Whether the same request may be answered otherwise later. */
export function isTransient (error: unknown): boolean {
  if (error instanceof PresqueError) return error.status >= 500 || [408, 429].includes(error.status)
  return error instanceof Unreachable
}

/** Whether an answer says that there is no job to take. */
export function isNoJob (error: unknown): boolean {
  return hasStatus(error, 404) && ['no job', 'queue is closed'].includes(error.message)
}
