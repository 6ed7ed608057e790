import { test } from 'tap'
import { readEvents, type ServerSentEvent } from '../../../client/sse.ts'

const stream = ': hello\n\nevent: pushed\ndata: {"a":1}\ndata: ü\n\ndata: alone\n\nevent: cut\nda'

const streamOf = (pieces: Uint8Array[]) =>
  new ReadableStream({
    pull: controller =>
      pieces.length > 0 ? controller.enqueue(pieces.shift()) : controller.close()
  })

test('readEvents() puts events together, however the stream is cut, ' +
  'and leaves out one that is not whole', async t => {
  const bytes = new TextEncoder().encode(stream)
  for (const size of [1, 2, 7, bytes.length]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.slice(i * size, (i + 1) * size)
    )
    const found: ServerSentEvent[] = []
    for await (const event of readEvents(new Response(streamOf(pieces)))) found.push(event)
    t.strictSame(
      found,
      [
        { event: '', data: '' },
        { event: 'pushed', data: '{"a":1}\nü' },
        { event: '', data: 'alone' }
      ],
      `pieces of ${size}`
    )
  }
})

test('readEvents() gives the stream up once nothing reads on', async t => {
  let cancelled = () => {}
  const gone = new Promise<void>(resolve => {
    cancelled = resolve
  })
  const pull = (controller: ReadableStreamDefaultController) =>
    controller.enqueue(new TextEncoder().encode('data: again\n\n'))
  const events = readEvents(new Response(new ReadableStream({ pull, cancel: () => cancelled() })))
  t.match(await events.next(), { value: { data: 'again' } })
  await events.return(undefined)
  await gone
})
