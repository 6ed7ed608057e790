/** A refusal: what presque answered, and its status. See docs/errors.md for all of them. */
export class PresqueError extends Error {
  override readonly name = 'PresqueError'
  readonly status: number

  constructor (status: number, message: string) {
    super(message)
    this.status = status
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
