import type { Redis } from 'ioredis'
import { test } from 'tap'
import { push } from '../../../operations/job/push.ts'
import { difference, Summaries } from '../../../operations/queue/summary.ts'
import { client } from '../../support/http/http-client.ts'
import { startRedis } from '../../support/redis/redis.ts'
import { until } from '../../support/until.ts'
import { listen } from '../../support/server/app.ts'

test('GET describes all queues in one answer, sorted, paged, ' +
  'and by a part of their name', async t => {
  const { says, ask } = await client(t)
  t.match((await ask('GET /summary')).json(), { size: 0, queues: [] })
  await says(201, '', 'POST /qb/mail', '{"jobs":[{},{}]}')
  await says(200, '{}', 'GET /q/mail')
  await says(201, '', 'POST /q/later?delay=1000', '{}')
  await says(200, { queue: 'shut', response: 'updated' }, 'POST /control/shut', '{"status":"stop"}')
  await until('it is looked at anew', async () => (await ask('GET /summary')).json().size === 3)
  const { size, queues } = (await ask('GET /summary')).json()
  t.equal(size, 3)
  t.match(queues, [
    { queue: 'later', counts: { delayed: 1 }, oldest_age: null, pushed: 1 },
    {
      queue: 'mail',
      stopped: false,
      counts: { waiting: 1 },
      pushed: 2,
      processed: 1,
      failed: 0,
      lost: 0,
      expired: 0
    },
    { queue: 'shut', stopped: true, pushed: 0 }
  ])
  t.match((await ask('GET /summary?offset=1&limit=1')).json(), {
    size: 3,
    queues: [{ queue: 'mail' }]
  })
  t.match((await ask('GET /summary?search=at')).json(), { size: 1, queues: [{ queue: 'later' }] })
  t.match(
    (await ask('GET /summary?search=AT')).json(),
    { size: 1, queues: [{ queue: 'later' }] },
    'in capitals or not'
  )
  t.match((await ask('GET /summary?queue=mail')).json(), {
    size: 1,
    queues: [{ queue: 'mail', pushed: 2 }]
  })
  t.match((await ask('GET /summary?queue=mai')).json(), { size: 0, queues: [] }, 'the whole name')
  t.match((await ask('GET /history?queue=mail')).json(), { queues: {}, rates: {} })
})

test('many who ask at once cost one look at Redis', async t => {
  const { app } = await client(t)
  const summaries = new Summaries(app.redis)
  const found = await Promise.all(Array.from({ length: 50 }, () => summaries.latest()))
  t.equal(new Set(found).size, 1)
})

test('a difference names the queues that have changed and those that are gone, ' +
  'and growing older is no change', async t => {
  const one = {
    queue: 'a',
    stopped: false,
    counts: { waiting: 1, delayed: 0, retrying: 0, blocked: 0, active: 0, failed: 0, completed: 0 },
    oldest_age: 5,
    pushed: 1,
    processed: 0,
    failed: 0,
    lost: 0,
    expired: 0,
    discarded: 0,
    failures_per_minute: 0
  }
  const before = { time: 100, queues: [one, { ...one, queue: 'b' }, { ...one, queue: 'c' }] }
  const after = {
    time: 102,
    queues: [
      { ...one, oldest_age: 7 },
      { ...one, queue: 'b', oldest_age: 1 },
      { ...one, queue: 'd' }
    ]
  }
  const { changed, gone } = difference(before, after)
  t.strictSame([changed.map(({ queue }) => queue), gone], [['b', 'd'], ['c']])
})

test('as a stream it begins with all, and goes on with what has changed', async t => {
  const { url } = await listen(t)
  const post = async (queue: string) =>
    await fetch(`${url}/q/${queue}`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' }
    })
  await post('a')
  await post('b')
  const { headers, body } = await fetch(`${url}/summary`, {
    headers: { accept: 'text/event-stream' }
  })
  t.match(headers.get('content-type'), /^text\/event-stream/)
  const events = body!.pipeThrough(new TextDecoderStream()).getReader()
  t.match((await events.read()).value, /^event: summary\ndata: .*"queue":"a".*"queue":"b".*\n\n$/)
  await post('b')
  await fetch(`${url}/q/a`, { method: 'DELETE' })
  let heard = ''
  while (!heard.includes('"gone":["a"]')) heard += (await events.read()).value
  t.match(heard, /event: changes\ndata: .*"queues":\[{"queue":"b".*"gone":\["a"\]}\n\n/)
  t.notMatch(heard, '"queue":"a"')
  await events.cancel()
})

test('as a stream it tells of its page alone, and how many there are', async t => {
  const { url, app } = await listen(t)
  for (const queue of ['a1', 'a2', 'b1']) await push(app.redis, queue, [{ payload: '{}' }])
  const { body } = await fetch(`${url}/summary?limit=1&search=a`, {
    headers: { accept: 'text/event-stream' }
  })
  const events = body!.pipeThrough(new TextDecoderStream()).getReader()
  t.match(
    (await events.read()).value,
    /^event: summary\ndata: {"time":[\d.]+,"size":2,"queues":\[{"queue":"a1".*}\]}\n\n$/
  )
  await push(app.redis, 'a2', [{ payload: '{}' }])
  await push(app.redis, 'a0', [{ payload: '{}' }])
  let heard = ''
  while (!heard.includes('a0')) heard += (await events.read()).value
  t.match(
    heard,
    /event: changes\ndata: {"time":[\d.]+,"size":3,"queues":\[{"queue":"a0".*"gone":\["a1"\]}\n\n/
  )
  t.notMatch(heard, '"a2"')
  await events.cancel()
})

test('readers of the same page share a look, and others have one of their own', async t => {
  const { app } = await client(t)
  await push(app.redis, 'mail', [{ payload: '{}' }])
  const range = { search: '', offset: 0, limit: 1000, who: '', sees: () => true }
  const [one, other, none] = await Promise.all([
    app.summaries.page(range),
    app.summaries.page({ ...range }),
    app.summaries.page({ ...range, who: 'x', sees: () => false })
  ])
  t.equal(one, other)
  t.match([one, none], [{ size: 1 }, { size: 0, queues: [] }])
})

test('however many queues there are, to follow one costs one script each time, ' +
  'for every follower', async t => {
  const { app, url } = await listen(t, {
    REDIS_URL: (await startRedis(t)).url,
    PRESQUE_HISTORY: '0'
  })
  for (let n = 0; n < 50; n++) await push(app.redis, `mail-${n}`, [{ payload: '{}' }])
  const follow = async () => {
    const { body } = await fetch(`${url}/summary?queue=mail-7`, {
      headers: { accept: 'text/event-stream' }
    })
    const events = body!.pipeThrough(new TextDecoderStream()).getReader()
    t.match((await events.read()).value, /"size":1,"queues":\[{"queue":"mail-7"/)
    return events
  }
  const client = app.redis as Redis
  await client.config('RESETSTAT')
  const [one, other] = [await follow(), await follow()]
  for (const events of [one, other]) t.match((await events.read()).value, /^event: changes/)
  const scripts = Number(
    /cmdstat_evalsha:calls=(\d+)/.exec(await client.info('commandstats'))?.[1] ?? 0
  )
  t.ok(scripts <= 3, `${scripts} scripts`)
  for (const events of [one, other]) await events.cancel()
})
