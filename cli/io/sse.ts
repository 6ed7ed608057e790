import { errorOf } from '../../client/error.ts'
import { readEvents, type ServerSentEvent } from '../../client/sse.ts'
import type { Call } from '../command.ts'

/** The events of a route that have data, until the connection ends or the signal aborts. */
export async function * events (
  { url, token }: Call, path: string, signal?: AbortSignal
): AsyncGenerator<ServerSentEvent> {
  const account = token !== undefined && { authorization: `Bearer ${token}` }
  const headers = { accept: 'text/event-stream', ...account }
  const answer = await fetch(url + path, { headers, ...(signal && { signal }) })
  if (!answer.ok) throw errorOf(answer.status, await answer.text())
  for await (const event of readEvents(answer)) if (event.data !== '') yield event
}
