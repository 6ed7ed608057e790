/** A refusal: what presque answered (docs/reference/errors.md has all of them), and its status. */
export class PresqueError extends Error {
  override readonly name: string = 'PresqueError'
  readonly status: number

  constructor (status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** presque did not answer. Whether it got the request is not known, and `cause` says what happened to the connection. */
export class Unreachable extends Error {
  override readonly name: string = 'Unreachable'
}

/** Thrown by a handler: how to go on with the job that it gives up. */
export class JobError extends Error {
  override readonly name: string = 'JobError'
  /** Seconds until it runs again; as the policy of the queue says otherwise. */
  readonly delay: number | undefined
  /** false: it has failed for good. */
  readonly retry: boolean | undefined

  constructor (message: string, { delay, retry, cause }: { delay?: number, retry?: boolean, cause?: unknown } = {}) {
    super(message, { cause })
    this.delay = delay
    this.retry = retry
  }
}

/** The refusal that an answer is. What is no presque (a proxy, say) may answer with something else than JSON. */
export function refusal (status: number, text: string): PresqueError {
  try {
    const { error } = JSON.parse(text) as { error?: unknown }
    if (typeof error === 'string') return new PresqueError(status, error)
  } catch {}
  return new PresqueError(status, text.slice(0, 200) || `status ${status}`)
}

export function isRefusal (error: unknown, ...statuses: number[]): error is PresqueError {
  return error instanceof PresqueError && statuses.includes(error.status)
}

/** Whether the same may be answered otherwise later. */
export function isPassing (error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof PresqueError && (error.status >= 500 || [408, 429].includes(error.status)))
}

/** What a batch answered for one of its jobs, as a refusal: null if it was done. */
export function refusalIn ({ error }: { error?: string }): PresqueError | null {
  if (error === undefined) return null
  return new PresqueError(error === 'no such job' ? 404 : error === 'lease lost' ? 409 : 400, error)
}
