import { test } from 'tap'
import type { FastifyInstance } from 'fastify'
import { nack } from '../../../operations/job/nack.ts'
import { restore } from '../../../operations/job/put-back.ts'
import { job, jobs } from '../../../operations/job/job.ts'
import { push } from '../../../operations/job/push.ts'
import { parseTrace } from '../../../operations/trace.ts'
import { take } from '../../../operations/job/take.ts'
import { build, listen } from '../../support/server/app.ts'

const ids = '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331'
const traceparent = `00-${ids}-01`
const tracestate = 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'
const trace = { traceparent, tracestate }

test('a traceparent that is not valid is ignored, and a later version is read as far ' +
  'as it is known', async t => {
  const wrong = [
    '',
    'x',
    traceparent.toUpperCase(),
    `ff-${ids}-01`,
    `00-${ids}`,
    `00-${ids}-01-more`,
    `${traceparent} `,
    `${traceparent}, ${traceparent}`,
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`,
    `0-${ids}-01`,
    `00-${ids}-1`,
    `01-${ids}-01more`,
    `01-${ids}-01-${'x'.repeat(600)}`
  ]
  for (const one of wrong) t.equal(parseTrace({ traceparent: one, tracestate }), undefined, one)
  t.same(parseTrace({ traceparent }), { traceparent, tracestate: '' })
  t.same(parseTrace({ traceparent: `01-${ids}-03-more` }), { traceparent, tracestate: '' })
  t.same(parseTrace({ traceparent: `cc-${ids}-02` }), {
    traceparent: `00-${ids}-00`,
    tracestate: ''
  })
  t.equal(parseTrace({ tracestate }), undefined, 'the state alone says nothing')
})

test('a tracestate is kept whole, cut at its end, or dropped', async t => {
  const state = (text: string) => parseTrace({ traceparent, tracestate: text })!.tracestate
  t.equal(state(tracestate), tracestate)
  t.equal(state(' a=1 ,\tb@c=2 ,, '), 'a=1,b@c=2')
  t.equal(state('a=x"\\y z'), 'a=x"\\y z')
  for (const wrong of [
    'a',
    '=1',
    'A=1',
    'a=1,a=2',
    'a=1=2',
    'a=\u00e9',
    'a=1\n',
    Array.from({ length: 33 }, (_, i) => `a${i}=1`).join()
  ]) {
    t.equal(state(wrong), '', wrong)
  }
  const large = `big=${'x'.repeat(200)}`
  const small = Array.from({ length: 20 }, (_, i) => `k${i}=${'y'.repeat(26)}`)
  t.equal(state([large, ...small].join()), small.slice(0, 16).join())
})

test('a trace comes out with each delivery: for good, on lease, after a failure, ' +
  'an expired lease and a way back', async t => {
  const { redis } = await build(t)
  await push(
    redis,
    'mail',
    [
      { payload: '{"n":1}', trace },
      { payload: '{"n":2}' },
      { payload: '{"n":3}', trace: { traceparent, tracestate: 'a=x "y z' } }
    ],
    { now: 1000 }
  )
  const [plain, none, spaced] = await take(redis, 'mail', { count: 3, now: 1000 })
  t.same(
    [plain!.trace, none!.trace, spaced!.trace],
    [trace, undefined, { traceparent, tracestate: 'a=x "y z' }]
  )
  await restore(redis, 'mail', [plain!, none!, spaced!], { now: 1000 })
  const held = await take(redis, 'mail', { lease: 10, count: 3, now: 1001 })
  t.same(
    held.map(({ payload, trace }) => [payload, trace]),
    [
      ['{"n":1}', trace],
      ['{"n":2}', undefined],
      ['{"n":3}', { traceparent, tracestate: 'a=x "y z' }]
    ]
  )
  await nack(redis, 'mail', [{ id: '1', receipt: held[0]!.lease!.receipt, delay: 1 }], {
    now: 1002
  })
  const again = await take(redis, 'mail', { lease: 10, count: 3, now: 1012 })
  t.same(
    again.map(({ id, trace }) => [id, trace?.traceparent]).toSorted(),
    [
      ['1', traceparent],
      ['2', undefined],
      ['3', traceparent]
    ],
    'lapsed, or failed once'
  )
  t.match(await job(redis, 'mail', '1', { now: 1012 }), trace)
  t.match(
    (await jobs(redis, 'mail', 'active', { offset: 0, limit: 3, now: 1012 })).find(
      ({ id }) => id === '2'
    ),
    { traceparent: null, tracestate: null }
  )
})

const headers = { 'content-type': 'application/json', traceparent, tracestate }

/** Job 1, as it is pushed. */
async function pushed (
  app: FastifyInstance,
  url: string,
  method: 'POST' | 'PUT',
  body: string,
  more: object = {}
): Promise<void> {
  const { statusCode } = await app.inject({ method, url, body, headers: { ...headers, ...more } })
  if (statusCode !== 201) throw new Error(`${method} ${url}: ${statusCode}`)
}

test('every way in takes a trace, and every way out tells it', async t => {
  const { app, url } = await listen(t)
  await pushed(app, '/q/mail', 'POST', '{}')
  await pushed(app, '/q/mail', 'PUT', '{}')
  await pushed(app, '/qb/mail', 'POST', '{"jobs":[{},{},{},{}]}')
  await pushed(app, '/q/mail', 'POST', '{}', { traceparent: 'wrong' })
  t.match((await app.inject('/j/mail/1')).json(), trace)
  t.match((await app.inject('/q/mail')).headers, { ...trace })
  const leased = await app.inject('/q/mail?lease=30')
  t.match(leased.headers, { ...trace, 'x-presque-job': '2' })
  const next = await app.inject({
    method: 'POST',
    url: `/j/mail/2/ack?next=1&lease=30&receipt=${String(leased.headers['x-presque-receipt'])}`
  })
  t.match(next.headers, { ...trace, 'x-presque-job': '3' })
  t.match((await app.inject('/qb/mail?lease=30&batch_size=2')).json(), [
    { id: '4', ...trace, payload: {} },
    { id: '5', ...trace, payload: {} }
  ])
  // With credit left it ends when nothing has come; with none it would wait for its leases to run
  // out.
  const stream = await fetch(`${url}/q/mail?lease=30&credit=3&wait=0.2`, {
    headers: { accept: 'text/event-stream' }
  })
  const [sixth, seventh] = [...(await stream.text()).matchAll(/^data: (.*)$/gm)].map(match =>
    JSON.parse(match[1]!)
  )
  t.match(sixth, { id: '6', ...trace })
  t.same([seventh.id, 'traceparent' in seventh], ['7', false], 'one that was not valid is none')
})

test('a plain job keeps nothing of a trace', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}', trace: undefined }])
  t.equal(await redis.exists('{mail}:details'), 0)
})
