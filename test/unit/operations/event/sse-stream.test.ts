import { PassThrough } from 'node:stream'
import { mock } from 'node:test'
import { test } from 'tap'
import { SseStream } from '../../../../operations/event/sse-stream.ts'

test('a heartbeat says every 15 s that the stream is alive, unless the client does not take ' +
  'what it was sent', async t => {
  mock.timers.enable({ apis: ['setInterval', 'setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const [stream, out] = [new SseStream(), new PassThrough()]
  stream.pipe(out)
  mock.timers.tick(45_000)
  t.equal(String(out.read()), ':\n\n:\n\n:\n\n')
  stream.write('x'.repeat(100_000))
  t.ok(stream.full)
  mock.timers.tick(60_000)
  t.equal(String(out.read()).replaceAll('x', ''), '')
})

test('who does not take the last event is cut off after a while', async t => {
  mock.timers.enable({ apis: ['setInterval', 'setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const [stream, out] = [new SseStream(), new PassThrough()]
  stream.pipe(out)
  stream.write('x'.repeat(100_000))
  const room = stream.room()
  stream.end('event: dropped\ndata: {}\n\n', 1000)
  await room
  t.ok(stream.over, 'a wait for room goes on')
  t.notOk(out.destroyed)
  mock.timers.tick(1000)
  t.ok(out.destroyed)
  await stream.gone
})

test('text written before the answer begins is its beginning', async t => {
  const [stream, out] = [new SseStream(), new PassThrough()]
  stream.write('retry: 1000\n\n')
  t.ok(stream.full)
  stream.pipe(out)
  t.notOk(stream.full)
  t.equal(String(out.read()), 'retry: 1000\n\n')
  stream.destroy()
})
