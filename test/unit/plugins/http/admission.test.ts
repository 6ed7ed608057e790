import { once } from 'node:events'
import { test } from 'tap'
import { startRedis } from '../../../support/redis/redis.ts'
import { until } from '../../../support/until.ts'
import { answers, connected } from '../../../support/http/raw-http.ts'
import { asShipped, listen } from '../../../support/server/app.ts'

const busy = '{"error":"too much is under way to redis: nothing was done, ask again"}'

const ask = (method: string, path: string, body = ''): string =>
  `${method} ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n` +
    `content-length: ${body.length}\r\n\r\n${body}`

const bursts: Array<[string, (n: number) => string]> = [
  ['pushes', n => ask('POST', `/q/burst-${n}`, '{}')],
  ['batches', n => ask('POST', `/qb/burst-${n}`, '{"jobs":[{},{}]}')],
  ['takes', n => ask('GET', `/q/burst-${n}?lease=30`)],
  ['looks', n => ask('GET', `/status/burst-${n}`)]
]

for (const [what, request] of bursts) {
  test(`a burst of ${what} on one connection is answered or refused, and others go on`, async t => {
    const { url } = await listen(t, { REDIS_URL: (await startRedis(t)).url }, asShipped)
    const count = 1500
    const socket = await connected(url)
    let received = Buffer.alloc(0)
    socket.on('data', data => {
      received = Buffer.concat([received, data])
    })
    socket.write(Array.from({ length: count }, (_, n) => request(n)).join(''))
    const others: number[] = []
    while (answers(received).length < count) {
      const body = '{"n":1}'
      const headers = { 'content-type': 'application/json' }
      others.push((await fetch(`${url}/q/bystander`, { method: 'POST', body, headers })).status)
    }
    t.same(
      others.filter(status => status !== 201),
      [],
      `${others.length} pushes of others`
    )
    const refused = answers(received).filter(({ status }) => status === 503)
    t.same(
      refused.filter(({ body, headers }) => body !== busy || headers['retry-after'] !== '1'),
      []
    )
    t.ok(refused.length < count, `${refused.length} refused`)
    socket.destroy()
    await once(socket, 'close')
  })
}

test('requests over the bound are refused at once, over many connections, ' +
  'and one that needs no Redis is not', async t => {
  const redis = await startRedis(t)
  const { url } = await listen(t, { REDIS_URL: redis.url })
  redis.child.kill('SIGSTOP')
  let refused = 0
  const sent = Array.from({ length: 600 }, async (_, n) => {
    const answer = await fetch(`${url}/q/burst-${n}`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' }
    })
    if ((await answer.text()) === busy) refused++
    return answer.status
  })
  // A push of a new queue is two commands, and 1000 may be under way.
  await until('some are refused', () => refused > 50)
  t.equal((await fetch(`${url}/health/live`)).status, 200)
  redis.child.kill('SIGCONT')
  const statuses = await Promise.all(sent)
  t.same(new Set(statuses), new Set([201, 503]))
  t.equal(statuses.filter(status => status === 503).length, refused)
})
