import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { parse } from 'tap-yaml'
import { ack } from '../../../operations/job/ack.ts'
import { nack } from '../../../operations/job/nack.ts'
import { release } from '../../../operations/job/release.ts'
import { push } from '../../../operations/job/push.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { take } from '../../../operations/job/take.ts'
import { startRedis } from '../../support/redis/redis.ts'
import { tokenFile, bearer } from '../../support/http/tokens.ts'
import { asShipped, build, listen } from '../../support/server/app.ts'

const doc = (name: string): string =>
  readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')

/** The value of a series, by the text before it. */
function value (text: string, series: string): number | undefined {
  const line = text.split('\n').find(line => line.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length))
}

const names = (text: string): string[] =>
  [...text.matchAll(/^# TYPE (\S+)/gm)].map(match => match[1]!)

test('acts on jobs are counted, and how long they took', async t => {
  const app = await build(t)
  const { redis } = app
  await push(
    redis,
    'mail',
    [{ payload: '{}' }, { payload: '{}' }, { payload: '{}' }, { payload: '{}', delayed: 1010 }],
    { now: 1000 }
  )
  const [one, two, three] = await take(redis, 'mail', { lease: 30, count: 3, now: 1002 })
  const held = (job: typeof one) => ({ id: job!.id, receipt: job!.lease!.receipt })
  await ack(redis, 'mail', [held(one), { id: '99', receipt: '1-0' }])
  await nack(redis, 'mail', [{ ...held(two), retry: false }])
  await release(redis, 'mail', held(three), { now: 1003 })
  t.match(await take(redis, 'mail', { count: 2, now: 1010.3 }), { length: 2 })
  const text = (await app.inject('/metrics')).body
  for (const [what, count] of Object.entries({
    pushed: 4,
    taken: 5,
    acked: 1,
    nacked: 1,
    released: 1
  })) {
    t.equal(value(text, `presque_jobs_${what}_total{queue="mail"}`), count, what)
  }
  t.equal(
    value(text, 'presque_job_wait_seconds_count{queue="mail"}'),
    5,
    'a job that was given back had not been delivered'
  )
  t.equal(value(text, 'presque_job_wait_seconds_bucket{queue="mail",le="1"}'), 1)
  t.equal(value(text, 'presque_job_wait_seconds_bucket{queue="mail",le="5"}'), 4)
  t.equal(value(text, 'presque_job_run_seconds_count{queue="mail"}'), 2)
  t.equal(value(text, 'presque_queue_lateness_seconds_bucket{queue="mail",le="0.1"}'), 0)
  t.equal(value(text, 'presque_queue_lateness_seconds_bucket{queue="mail",le="0.5"}'), 1)
  t.equal(value(text, 'presque_queue_lateness_seconds_sum{queue="mail"}'), 0.3)
  t.equal(value(text, 'presque_queue_jobs{queue="mail",state="failed"}'), 1)
  t.equal(value(text, 'presque_queue_failed_total{queue="mail"}'), 1)
  t.equal(value(text, 'presque_redis_up'), 1)
})

test('a receipt tells the time of its delivery, which proves nothing', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}' }])
  const [job] = await take(redis, 'mail', { lease: 30 })
  const { receipt } = job!.lease!
  t.match(receipt, /^1-[0-9a-f]{16}-[0-9a-z]{8}$/)
  const proof = receipt.slice(0, receipt.lastIndexOf('-'))
  t.strictSame(
    await ack(redis, 'mail', [
      { id: job!.id, receipt: `${proof}x` },
      { id: job!.id, receipt: `${proof}-0-0` }
    ]),
    ['LEASE_LOST', 'LEASE_LOST']
  )
  t.strictSame(await ack(redis, 'mail', [{ id: job!.id, receipt: proof }]), [null])
})

test('requests are counted by the form of their path, and never by the path', async t => {
  const app = await build(t)
  for (const url of ['/j/mail/1', '/j/post/2', '/q/mail', '/nowhere/at/all', '/openapi.json']) {
    await app.inject(url)
  }
  for (const [method, url] of [
    ['PATCH', '/q/mail'],
    ['PROPFIND', '/q/post'],
    ['POST', '/nowhere']
  ] as const) {
    await app.inject({ method: method as 'PATCH', url })
  }
  const { headers, body } = await app.inject('/metrics')
  t.match(headers['content-type'], /^text\/plain; version=0\.0\.4/)
  t.equal(
    value(
      body,
      'presque_http_request_seconds_count{method="GET",route="/j/:queue/:id",status="4xx"}'
    ),
    2
  )
  t.equal(
    value(
      body,
      'presque_http_request_seconds_count{method="(other)",route="/q/:queue",status="4xx"}'
    ),
    2
  )
  t.equal(
    value(body, 'presque_http_request_seconds_count{method="(other)",route="(none)",status="4xx"}'),
    2
  )
  t.equal(
    value(
      body,
      'presque_http_request_seconds_count{method="GET",route="/openapi.json",status="2xx"}'
    ),
    1,
    'what plugins declare, too'
  )
  t.notMatch(body, /nowhere|PATCH|PROPFIND|"\/j\/mail/)
  const series = body
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => line.slice(0, line.lastIndexOf(' ')))
  t.equal(new Set(series).size, series.length, 'no series twice')
})

test('two hundred queues are told apart, and the rest are one', async t => {
  const app = await build(t)
  await Promise.all(
    Array.from({ length: 230 }, async (_, n) => {
      await push(app.redis, `q${n}`, Array(n < 30 ? 1 : 2).fill({ payload: '{}' }))
    })
  )
  const { body } = await app.inject('/metrics')
  const waiting = [...body.matchAll(/^presque_queue_jobs\{queue="(.+)",state="waiting"\} (\d+)$/gm)]
  t.equal(waiting.length, 201)
  t.strictSame(
    waiting.filter(([, queue]) => queue === '(other)').map(([, , count]) => count),
    ['30'],
    'the smallest'
  )
  const pushed = [...body.matchAll(/^presque_jobs_pushed_total\{queue=".+"\} (\d+)$/gm)]
  t.equal(pushed.length, 201)
  t.equal(
    pushed.reduce((sum, [, count]) => sum + Number(count), 0),
    430
  )
})

test('a token for some queues alone sees no metrics, for they are of all', async t => {
  const { path, secrets } = tokenFile(
    t,
    { name: 'all', roles: ['read'], queues: ['*'] },
    { name: 'ann', roles: ['read'], queues: ['mail'] }
  )
  const app = await build(t, { PRESQUE_TOKENS: path })
  t.equal((await app.inject({ url: '/metrics', headers: bearer(secrets['all']) })).statusCode, 200)
  t.equal((await app.inject({ url: '/metrics', headers: bearer(secrets['ann']) })).statusCode, 403)
  t.equal((await app.inject('/metrics')).statusCode, 401)
})

test('while Redis is away there are metrics, which say so', async t => {
  const redis = await startRedis(t)
  const app = await build(t, { REDIS_URL: redis.url }, asShipped)
  await push(app.redis, 'mail', [{ payload: '{}' }])
  await redis.stop()
  const { statusCode, body } = await app.inject('/metrics')
  t.equal(statusCode, 200)
  t.equal(value(body, 'presque_redis_up'), 0)
  t.equal(value(body, 'presque_jobs_pushed_total{queue="mail"}'), 1)
  t.notMatch(body, 'presque_queue_jobs')
})

test('docs/reference/metrics.md names every metric as it is, and the rules and the dashboard ask ' +
  'for no other', async t => {
  const { app, url } = await listen(t)
  await push(app.redis, 'mail', [{ payload: '{}' }])
  await queueStatus(app.redis, 'mail')
  const text = await (await fetch(`${url}/metrics`)).text()
  const known = Object.fromEntries(
    [...text.matchAll(/^# HELP (presque_\S+) (.*)\n# TYPE \S+ (.*)$/gm)].map(
      ([, name, help, type]) => [name, [type, help]]
    )
  )
  const told = Object.fromEntries(
    [
      ...doc('reference/metrics.md').matchAll(/^\| `(presque_\w+)` \| (\w+) \| .+? \| (.*) \|$/gm)
    ].map(([, name, type, help]) => [name, [type, help]])
  )
  t.strictSame(told, known)
  const all = new Set(
    [...names(text), 'up'].flatMap(name => [name, `${name}_bucket`, `${name}_count`, `${name}_sum`])
  )
  const rules: Array<{ expr: string }> = parse(doc('operate/alerts.yaml')).groups[0].rules
  const panels: Array<{ targets: Array<{ expr: string }> }> = JSON.parse(
    doc('operate/grafana-dashboard.json')
  ).panels
  const asked = [...rules, ...panels.flatMap(({ targets }) => targets)].flatMap(({ expr }) =>
    [...expr.matchAll(/\b(?:presque|process|nodejs)_\w+|\bup\b/g)].map(([name]) => name)
  )
  t.ok(asked.length > 30, `${asked.length} are asked for`)
  t.strictSame(
    asked.filter(name => !all.has(name)),
    []
  )
})
