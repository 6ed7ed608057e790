/** A block of a stream of Server-Sent Events: each field is '' where the block has none. */
export interface ServerSentEvent { event: string, data: string }

/**
 * Reads Server-Sent Events until the stream ends. A block without data, such as a comment that
 * keeps a connection alive, is passed on as well: it tells that the server is there.
 */
export async function * readEvents (answer: Response): AsyncGenerator<ServerSentEvent> {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let unread = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const blocks = (unread + value).split('\n\n')
      unread = blocks.pop()!
      yield * blocks.map(parse)
    }
  } finally {
    // A stream that nothing reads any more would hold its connection.
    void reader.cancel().catch(() => {})
  }
}

function parse (block: string): ServerSentEvent {
  const lines = block.split('\n')
  return { event: field(lines, 'event'), data: field(lines, 'data') }
}

function field (lines: string[], name: string): string {
  const mark = `${name}: `
  const values = lines.filter(line => line.startsWith(mark)).map(line => line.slice(mark.length))
  return values.join('\n')
}
