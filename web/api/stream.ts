import { send } from './server.ts'

/** One of the Server-Sent Events. */
export interface Event { name: string, data: string }

/** Reads Server-Sent Events by fetch, for EventSource cannot send a token. Ends when the server does. */
export async function * events (path: string, signal: AbortSignal): AsyncGenerator<Event> {
  const answer = await send('GET', path, { headers: { accept: 'text/event-stream' }, signal })
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let unread = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const blocks = (unread + value).split('\n\n')
    unread = blocks.pop()!
    for (const block of blocks) {
      const lines = block.split('\n')
      yield { name: field(lines, 'event'), data: field(lines, 'data') }
    }
  }
}

function field (lines: string[], name: string): string {
  return lines.filter(line => line.startsWith(`${name}: `)).map(line => line.slice(name.length + 2)).join('\n')
}
