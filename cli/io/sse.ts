import { refusal } from '../../client/error.ts'
import type { Call } from '../command.ts'

interface Event { event: string, data: string }

/** The Server-Sent Events of a route, until the connection ends. Rejects once the signal aborts. */
export async function * events (call: Call, path: string, signal?: AbortSignal): AsyncGenerator<Event> {
  const { url, token } = call
  const account = token !== undefined && { authorization: `Bearer ${token}` }
  const headers = { accept: 'text/event-stream', ...account }
  const answer = await fetch(url + path, { headers, ...(signal && { signal }) })
  if (!answer.ok) throw refusal(answer.status, await answer.text())
  let text = ''
  for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
    const parts = (text + piece).split('\n\n')
    text = parts.pop()!
    for (const part of parts) {
      const field = (name: string) => part.split('\n').filter(line => line.startsWith(`${name}: `)).map(line => line.slice(name.length + 2)).join('\n')
      if (field('data') !== '') yield { event: field('event') || 'message', data: field('data') }
    }
  }
}
