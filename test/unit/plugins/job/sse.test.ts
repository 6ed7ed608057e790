import type { Socket } from 'node:net'
import { test } from 'tap'
import { push as pushJobs } from '../../../../operations/job/push.ts'
import { queueStatus } from '../../../../operations/queue/queue.ts'
import { listenAt } from '../../../support/http/sse-client.ts'
import { pair, type Server } from '../../../support/server/two-servers.ts'
import { payloadOf } from '../../../support/http/payloads.ts'
import { until } from '../../../support/until.ts'
import { build, listen } from '../../../support/server/app.ts'

const counts = async ({ app }: Server) => (await queueStatus(app.redis, 'mail')).counts
const size = 2 ** 19

/** The socket at this server of the client that connects next. */
async function socketOf ({ app }: Server): Promise<Socket> {
  return await new Promise(resolve => app.server.once('connection', resolve))
}

/** Resolves once all jobs that the client of a server did not get are back. */
async function putBack ({ app }: Server): Promise<void> {
  await until('its stream is over', () => app.eventStreams() === 0 && app.eventHub.logs === 0)
  await app.close()
}

test('without a lease, what a client that does not read has not been sent goes back when it ' +
  'leaves, as it stood and uncounted', async t => {
  const [here, there] = await pair(t)
  const count = 60
  await pushJobs(here.app.redis, 'mail', Array(count).fill({ payload: payloadOf(size) }))
  const connected = socketOf(here)
  const ear = await listenAt(t, `${here.url}/q/mail?credit=10`)
  ear.response.pause()
  const socket = await connected
  let before = -1
  // The network has taken all that it takes, and ten jobs wait for it.
  await until('it takes no more', async () => {
    const { waiting } = await counts(here)
    const isStill = waiting === before && socket.writableLength >= 10 * size
    before = waiting
    return isStill
  })
  t.ok(before > 20, `${before} of ${count} still wait`)
  await ear.leave()
  await putBack(here)
  const {
    counts: { waiting },
    processed
  } = await queueStatus(there.app.redis, 'mail')
  t.equal(waiting + processed, count)
  t.ok(waiting > before && waiting <= before + 10, `${waiting} wait, after ${before}`)
  const next = await fetch(`${there.url}/q/mail?lease=5`)
  t.equal(
    Number(next.headers.get('x-presque-job')),
    processed + 1,
    'the first of those that are back stands at the head'
  )
})

test('on lease, jobs that were not sent go back uncounted when the client leaves, ' +
  'and those that were stay with it', async t => {
  const [here, there] = await pair(t)
  const count = 40
  await pushJobs(here.app.redis, 'mail', [{ payload: '{}' }])
  const ear = await listenAt(t, `${here.url}/q/mail?lease=600&credit=1000`)
  await ear.hears(1)
  ear.response.pause()
  await pushJobs(here.app.redis, 'mail', Array(count).fill({ payload: payloadOf(size) }))
  await until('it has taken some', async () => (await counts(here)).active > 1)
  await ear.leave()
  await putBack(here)
  const { active } = await counts(there)
  t.ok(active >= 1 && active <= count, `${active} of ${count + 1} stay`)
  const rest = (await (await fetch(`${there.url}/qb/mail?lease=5&batch_size=1`)).json()) as Array<{
    attempt: number
  }>
  t.equal(rest[0]!.attempt, 1)
})

test('there are no more streams than PRESQUE_MAX_STREAMS: one more is refused and takes nothing, ' +
  'and there is room when one ends', async t => {
  const { app, url } = await listen(t, { PRESQUE_MAX_STREAMS: 2 })
  await pushJobs(app.redis, 'mail', [{ payload: '{}' }])
  const ear = await listenAt(t, `${url}/events?queue=mail`)
  await listenAt(t, `${url}/summary`)
  for (const path of ['/events', '/summary', '/q/mail', '/q/mail?lease=30']) {
    const answer = await fetch(`${url}${path}`, { headers: { accept: 'text/event-stream' } })
    t.strictSame(
      [answer.status, await answer.json(), answer.headers.get('retry-after')],
      [503, { error: 'as many streams are open here as PRESQUE_MAX_STREAMS allows' }, '1'],
      path
    )
  }
  t.equal((await fetch(`${url}/summary`)).status, 200, 'an answer that ends is none')
  t.match(await queueStatus(app.redis, 'mail'), { counts: { waiting: 1 } })
  await ear.leave()
  await until('it is heard to have gone', () => app.eventStreams() === 1)
  const next = await listenAt(t, `${url}/q/mail?lease=30`)
  await next.hears(1)
})

// Node warns of the eleventh, and Fastify has half of them.
test('an answer that is a stream has ten listeners of its end at most', async t => {
  const app = await build(t)
  const warnings: Error[] = []
  const note = (warning: Error) => warnings.push(warning)
  process.on('warning', note)
  t.teardown(() => process.off('warning', note))
  const headers = { accept: 'text/event-stream' }
  const answer = await app.inject({ url: '/events?queue=mail&wait=0', headers })
  t.match(answer, { statusCode: 200, body: /^retry: 1000/ })
  await new Promise(resolve => setImmediate(resolve))
  t.strictSame(warnings, [])
})
