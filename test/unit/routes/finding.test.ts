import { test } from 'tap'
import type { FastifyInstance } from 'fastify'
import { nack } from '../../../operations/job/nack.ts'
import { push } from '../../../operations/job/push.ts'
import { take } from '../../../operations/job/take.ts'
import { setPolicy } from '../../../operations/queue/policy.ts'
import type { Finding } from '../../../schemas/finding.ts'
import { bearer, tokenFile } from '../../support/http/tokens.ts'
import { until } from '../../support/until.ts'
import { build, listen } from '../../support/server/app.ts'

async function findings (app: FastifyInstance, secret?: string): Promise<Finding[]> {
  const answer = await app.inject({ url: '/findings', headers: bearer(secret) })
  return (JSON.parse(answer.body) as { findings: Finding[] }).findings
}

/** The findings about queues; the Redis of a test has no append-only file. */
async function ofQueues (app: FastifyInstance): Promise<Finding[]> {
  return (await findings(app)).filter(({ queue }) => queue !== null)
}

async function failOnce (app: FastifyInstance, queue: string): Promise<void> {
  await push(app.redis, queue, [{ payload: '{}' }])
  const [job] = await take(app.redis, queue, { lease: 30 })
  const receipt = job!.lease!.receipt
  await nack(app.redis, queue, [{ id: job!.id, receipt, error: '{"message":"timed out"}' }])
}

test('a queue whose every job fails is told at the tenth failure, and not before', async t => {
  const app = await build(t)
  for (let n = 0; n < 9; n++) await failOnce(app, 'mail')
  t.strictSame(await ofQueues(app), [])
  await failOnce(app, 'mail')
  const tenth = Date.now()
  await until('it is told', async () => (await ofQueues(app)).length > 0)
  t.ok(Date.now() - tenth < 5000)
  t.match(await ofQueues(app), [{
    severity: 'critical',
    queue: 'mail',
    kind: 'failing',
    sentence: /^100 % of the attempts fail.*: 10 failures$/,
    next: [{ path: '/j/mail?state=retrying&limit=20' }, {}, { body: { status: 'stop' } }]
  }])
})

test('each step of a finding is a request that the server answers', async t => {
  const app = await build(t)
  for (let n = 0; n < 10; n++) await failOnce(app, 'mail')
  await push(app.redis, 'post', [{ payload: '{}' }])
  await setPolicy(app.redis, 'post', { status: 'stop' })
  const steps = (await ofQueues(app)).flatMap(({ next }) => next)
  t.ok(steps.length >= 5, `${steps.length} steps`)
  for (const { method, path, body } of steps) {
    const payload = body ?? undefined
    const answer = await app.inject({ method, url: path, ...(payload && { payload }) })
    t.equal(answer.statusCode, 200, `${method} ${path}: ${answer.body}`)
  }
})

test('a stopped queue is told while jobs wait in it', async t => {
  const app = await build(t)
  await setPolicy(app.redis, 'mail', { status: 'stop' })
  t.strictSame(await ofQueues(app), [])
  await push(app.redis, 'mail', [{ payload: '{}' }])
  await until('it is told', async () => (await ofQueues(app)).length > 0)
  t.match(await ofQueues(app), [{
    severity: 'warning', queue: 'mail', kind: 'stopped', sentence: 'it is stopped, and 1 job waits'
  }])
})

test('a token sees the findings of its queues, and about Redis only if it sees all', async t => {
  const { path, secrets } = tokenFile(
    t,
    { name: 'all', roles: ['read'], queues: ['*'] },
    { name: 'mail', roles: ['read'], queues: ['mail'] }
  )
  const app = await build(t, { PRESQUE_TOKENS: path })
  for (const queue of ['mail', 'post']) for (let n = 0; n < 10; n++) await failOnce(app, queue)
  const kinds = async (secret: string) => (await findings(app, secret)).map(({ queue, kind }) => {
    return `${queue} ${kind}`
  })
  const own = ['mail failing', 'post failing']
  const all = await kinds(secrets['all']!)
  t.strictSame(all.filter(kind => !kind.startsWith('null')), own)
  t.strictSame(await kinds(secrets['mail']!), ['mail failing'])
})

test('a schedule whose last tick put no job in is told with the reason', async t => {
  const { app } = await listen(t)
  await setPolicy(app.redis, 'mail', { max_jobs: 1 })
  await push(app.redis, 'mail', [{ payload: '{}' }])
  await app.inject({
    method: 'PUT', url: '/schedule/report', payload: { queue: 'mail', every: 1, payload: {} }
  })
  const found = async () => (await ofQueues(app)).find(({ kind }) => kind === 'schedule')
  await until('it is told', async () => (await found()) !== undefined)
  const sentence = /^the schedule report put no job in at .* ticks?: the queue is full/
  t.match(await found(), { queue: 'mail', sentence })
})
