/** A request as it is sent: names of headers are in small letters. */
export interface HttpRequest {
  method: string
  url: string
  headers: Record<string, string>
  body: string | undefined
  signal: AbortSignal | undefined
  /** Of the whole request, until the last byte of its answer. */
  timeoutMs: number
}

export interface HttpAnswer {
  status: number
  text: string
  /** The value of a header, by its name in small letters. */
  header: (name: string) => string | undefined
  readonly headers: Headers
}

/**
 * Sends a request once. Rejects with a `TypeError` for a fault of the connection, with the reason
 * of the signal when that aborts, and with an error of the code ETIMEDOUT when the time is over.
 */
export type Send = (request: HttpRequest) => Promise<HttpAnswer>

/** The error of a request whose time is over. */
export function timeoutError (timeoutMs: number): Error {
  const error = new Error(`no answer within ${timeoutMs / 1000} s`)
  return Object.assign(error, { code: 'ETIMEDOUT' })
}
