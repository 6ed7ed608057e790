import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'tap'
import { listen } from '../helper.ts'

test('a connection on which nothing was asked does not hold up the end of the server', async t => {
  const { app, url } = await listen(t)
  const ahead = connect(Number(new URL(url).port), '127.0.0.1')
  await Promise.all([once(ahead, 'connect'), once(app.server, 'connection')])
  const gone = once(ahead.resume(), 'close')
  const since = Date.now()
  await app.close()
  await gone
  t.ok(Date.now() - since < 10_000, 'Node waits for a minute')
})
