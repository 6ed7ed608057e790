import { once } from 'node:events'
import { test } from 'tap'
import { release } from '../../../../operations/job/release.ts'
import { take } from '../../../../operations/job/take.ts'
import { push } from '../../../../operations/job/push.ts'
import { forget, get, isBack, post, serve } from '../../../support/http/leaving-client.ts'
import { until } from '../../../support/until.ts'
import { connected } from '../../../support/http/raw-http.ts'

// An ack of no jobs takes alone.
const asking = (path: string): string =>
  path.includes('/ack?') ? post(path, '{"jobs":[]}') : get(path)

test('a job on lease whose client has gone before the answer was ready is back at the head, ' +
  'its attempt uncounted', async t => {
  const { app, redis, url, hold, taking, letGo, gone } = await serve(t, 3)
  const paths = [
    '/q/mail?lease=30',
    '/q/none,mail?lease=30',
    '/qb/mail?lease=30&batch_size=2',
    '/qb/mail?lease=30&wait=20',
    '/q/mail?lease=30&wait=20',
    '/qb/mail/ack?next=1&batch_size=2',
    '/qb/mail/ack?next=1&wait=20'
  ]
  for (const path of paths) {
    await hold()
    const socket = await connected(url)
    socket.write(asking(`${path}&worker_id=w1`))
    await taking()
    socket.destroy()
    await gone()
    await letGo()
    await isBack(redis, { waiting: 3 })
    t.strictSame(await redis.hgetall('{mail}:holders'), {}, path)
    const again: Array<{ id: string; receipt: string; attempt: number }> = (
      await app.inject('/qb/mail?lease=30')
    ).json()
    t.strictSame(
      again.map(({ id, attempt }) => [id, attempt]),
      [
        ['1', 1],
        ['2', 1],
        ['3', 1]
      ],
      path
    )
    for (const { id, receipt } of again.reverse()) {
      await release(redis, 'mail', { id, receipt }, { front: true })
    }
    await forget(redis)
  }
})

test('a client that goes while it waits takes nothing, of whatever comes then', async t => {
  const { app, redis, url, gone } = await serve(t, 0)
  for (const path of [
    '/q/mail?lease=30',
    '/q/mail?',
    '/qb/mail?lease=30',
    '/q/none,mail?lease=30',
    '/qb/mail/ack?next=1'
  ]) {
    const socket = await connected(url)
    socket.write(asking(`${path}&wait=20&worker_id=w1`))
    await until('it waits', () => app.longPoll.parked > 0)
    socket.destroy()
    await gone()
    await until('it waits no more', () => app.longPoll.parked === 0)
    await push(redis, 'mail', [{ payload: '{}' }])
    const { headers } = await app.inject('/q/mail?lease=30')
    t.match(headers, { 'x-presque-attempt': '1' }, path)
    await app.inject({
      method: 'POST',
      url: /<([^>]+)>; rel="ack"/.exec(String(headers['link']))![1]!
    })
  }
})

test('a big batch on lease whose client goes in the middle of it is back, in order', async t => {
  const { redis, url } = await serve(t, 0)
  await push(
    redis,
    'mail',
    [1, 2, 3].map(n => ({ payload: `{"n":${n},"text":"${'x'.repeat(2 * 2 ** 20)}"}` }))
  )
  const socket = await connected(url)
  socket.write(get('/qb/mail?lease=30&worker_id=w1'))
  await once(socket, 'readable')
  socket.destroy()
  await isBack(redis, { waiting: 3 })
  const again = await take(redis, 'mail', { lease: 30, count: 3 })
  t.strictSame(
    again.map(({ payload, lease }) => [payload.slice(0, 6), lease!.attempt]),
    [
      ['{"n":1', 1],
      ['{"n":2', 1],
      ['{"n":3', 1]
    ]
  )
})
