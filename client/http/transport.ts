import { timeoutError, type Send } from './message.ts'
import { nodeHttp } from './node-http.ts'

/** What sends requests here. Each caller has its own connections. */
export function transport (fetch?: typeof globalThis.fetch): Send {
  return fetch ? byFetch(fetch) : nodeHttp(byFetch()) ?? byFetch()
}

function byFetch (given?: typeof globalThis.fetch): Send {
  return async ({ method, url, headers, body, signal, timeoutMs }) => {
    const limit = new AbortController()
    const stop = () => limit.abort(signal!.reason)
    const timer = setTimeout(() => limit.abort(timeoutError(timeoutMs)), timeoutMs)
    signal?.addEventListener('abort', stop, { once: true })
    if (signal?.aborted) stop()
    try {
      const sent = { method, headers, signal: limit.signal, ...(body !== undefined && { body }) }
      const answer = await (given ?? globalThis.fetch)(url, sent)
      const text = await answer.text()
      const header = (name: string) => answer.headers.get(name) ?? undefined
      return { status: answer.status, text, header, headers: answer.headers }
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    }
  }
}
