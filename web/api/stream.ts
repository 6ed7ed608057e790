import { readEvents, type ServerSentEvent } from '../../client/sse.ts'
import { send } from './server.ts'

/** Reads Server-Sent Events by fetch, for EventSource cannot send a token. Ends when the server does. */
export async function * events (path: string, signal: AbortSignal): AsyncGenerator<ServerSentEvent> {
  yield * readEvents(await send('GET', path, { headers: { accept: 'text/event-stream' }, signal }))
}
