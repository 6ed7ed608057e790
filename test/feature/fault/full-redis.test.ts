import type { FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import { test, type Test } from 'tap'
import { fingerprintOf } from '../../../operations/failure/fingerprint.ts'
import { nack } from '../../../operations/job/nack.ts'
import { push } from '../../../operations/job/push.ts'
import { take } from '../../../operations/job/take.ts'
import {
  operations,
  request,
  type Operation,
  type Place
} from '../../support/http/openapi-document.ts'
import { looks, prepareDue } from '../../support/redis/due-jobs.ts'
import { startRedis } from '../../support/redis/redis.ts'
import { until } from '../../support/until.ts'
import { build } from '../../support/server/app.ts'

const full = { error: 'redis is out of memory' }
// What it adds has no place; all else finishes, removes, takes or looks.
const adds = new RegExp([
  '^(POST /(qb?|w|control)|PUT /q)/{queue}$',
  '^POST /w/{queue}/quiet$',
  '^PUT /schedule/',
  '^POST /operations$'
].join('|').replaceAll(/[{}]/g, '\\$&'))
// These need one: see the test below.
const ofOperation = /^\/operations\/./
// These say no to all.
const batchOnly = /^(PUT|DELETE) \/qb\//

async function onRedis (
  t: Test
): Promise<{ app: FastifyInstance; fill(): Promise<void>; empty(): Promise<void> }> {
  const app = await build(t, { REDIS_URL: (await startRedis(t)).url })
  const client = app.redis as Redis
  const set = async (memory: string): Promise<void> => {
    await client.config('SET', 'maxmemory', memory)
  }
  return { app, fill: async () => await set('1mb'), empty: async () => await set('0') }
}

/** A queue with jobs in every state: one that is on lease, and the id of one that has failed. */
async function prepare (
  { redis }: FastifyInstance,
  queue: string
): Promise<Required<Place> & { failed: string }> {
  await push(redis, queue, [
    ...Array(4).fill({ payload: '{}' }),
    { payload: '{}', delay: 1000, uniq: 'ann' }
  ])
  const [one, other] = await take(redis, queue, { lease: 600, count: 2, worker: 'myworker_1' })
  await nack(redis, queue, [{ id: one!.id, receipt: one!.lease!.receipt, retry: false }])
  const held = { queue, id: other!.id, receipt: other!.lease!.receipt }
  return { ...held, failed: one!.id, fingerprint: fingerprintOf(undefined) }
}

test('on a full Redis every route answers as always, or 507, and none with 500', async t => {
  const { app, fill } = await onRedis(t)
  const all: Array<[Operation, Awaited<ReturnType<typeof prepare>>]> = []
  for (const [i, operation] of operations(app).entries()) {
    all.push([operation, await prepare(app, `mail${i}`)])
  }
  await app.inject({ method: 'POST', url: '/w/mail0?worker_id=myworker_1' })
  await app.inject({
    method: 'PUT',
    url: '/schedule/nightly',
    payload: { queue: 'mail', cron: '30 4 * * *', payload: {} }
  })
  await fill()
  for (const [operation, place] of all) {
    if (ofOperation.test(operation.path)) continue
    const { failed } = place
    const who = operation.path.endsWith('/quiet')
      ? { headers: { 'x-presque-workerid': 'myworker_1' } }
      : {}
    const { statusCode, headers, body } = await app.inject(
      request(
        operation,
        operation.path.endsWith('/{id}/retry') ? { ...place, id: failed } : place,
        who
      )
    )
    if (adds.test(operation.name)) {
      t.strictSame([statusCode, JSON.parse(body)], [507, full], operation.name)
    } else if (operation.name === 'GET /health/ready') {
      t.strictSame(
        [statusCode, headers['retry-after'], JSON.parse(body)],
        [503, '1', { error: 'redis takes no writes: redis is out of memory' }]
      )
    } else if (batchOnly.test(operation.name)) t.equal(statusCode, 400)
    else t.ok(statusCode < 300, `${operation.name}: ${statusCode} ${body.slice(0, 100)}`)
  }
})

test('on a full Redis an operation goes on, and is undone', async t => {
  const { app, fill } = await onRedis(t)
  await prepare(app, 'mail')
  const payload = { queue: 'mail', where: { state: 'failed' }, do: 'delete', rate: 5000 }
  const { id } = (await app.inject({ method: 'POST', url: '/operations', payload })).json()
  await fill()
  const ask = async (verb: string) =>
    await app.inject({ method: 'POST', url: `/operations/${id}/${verb}` })
  const stands = async () => (await app.inject(`/operations/${id}`)).json()
  app.operator.look()
  await until('it has ended', async () => (await stands()).state === 'completed')
  t.equal((await ask('undo')).statusCode, 200)
  await until('it is undone', async () => (await stands()).state === 'undone')
  t.match(await stands(), { counts: { done: 1, restored: 1 } })
})

test('on a full Redis a queue where much is due is looked at, and emptied, as always', async t => {
  const { app, fill } = await onRedis(t)
  // Each of them is the first to settle a queue of its own.
  const paths = looks('$').map((path, i) => path.replace('$', `mail${i}`))
  for (const i of paths.keys()) await prepareDue(app.redis, `mail${i}`)
  await prepareDue(app.redis, 'mail')
  await fill()
  for (const path of paths) t.equal((await app.inject(path)).statusCode, 200, path)
  const { counts } = (await app.inject('/status/mail')).json()
  t.match(counts, { waiting: 3, delayed: 0, active: 0, completed: 0 })
  const policy = { status: 'start', rate: null }
  const change = { method: 'POST', url: '/control/mail', payload: policy } as const
  t.equal((await app.inject(change)).statusCode, 200)
  t.equal((await app.inject('/qb/mail?batch_size=9')).json().length, 3)
})

test('a stopped queue opens on a full Redis, and settings go back to the default, ' +
  'but no other is kept', async t => {
  const { app, fill } = await onRedis(t)
  const control = async (payload: object) =>
    (await app.inject({ method: 'POST', url: '/control/mail', payload })).statusCode
  await push(app.redis, 'mail', [{ payload: '{"n":1}' }])
  t.equal(await control({ status: 'stop', rate: { limit: 1, period: 60 } }), 200)
  await fill()
  t.equal(await control({ tries: 3 }), 507)
  t.equal(await control({ status: 'start', tries: 3 }), 507)
  t.match((await app.inject('/control/mail')).json(), { status: '0' }, 'all or nothing')
  t.equal(await control({ status: 'start', rate: null }), 200)
  t.strictSame((await app.inject('/q/mail')).json(), { n: 1 })
})

/** Numbered jobs, and what became of them. */
class Ledger {
  readonly #app: FastifyInstance
  readonly accepted = new Set<number>()
  readonly out: number[] = []
  readonly odd: string[] = []
  #next = 0

  constructor (app: FastifyInstance) {
    this.#app = app
  }

  async ask (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) {
    const answer = await this.#app.inject({ method, url, ...(payload && { payload }) })
    if (answer.statusCode >= 500 && answer.statusCode !== 507) {
      this.odd.push(`${method} ${url}: ${answer.statusCode} ${answer.body}`)
    }
    return answer
  }

  /** Whether there was room for it. */
  async in (method: 'POST' | 'PUT', url: string, count = 1): Promise<boolean> {
    const numbers = Array.from({ length: count }, () => this.#next++)
    const jobs = numbers.map(n => ({ n, text: 'x'.repeat(1000) }))
    const { statusCode } = await this.ask(
      method,
      url.replace('$', String(numbers[0])),
      url.startsWith('/qb') ? { jobs } : jobs[0]
    )
    if (statusCode === 201) for (const n of numbers) this.accepted.add(n)
    else if (statusCode !== 507) this.odd.push(`${method} ${url}: ${statusCode}`)
    return statusCode === 201
  }
}

const ways: Array<['POST' | 'PUT', string, number]> = [
  ['POST', '/q/a', 1],
  ['POST', '/q/a?uniq=key$', 1],
  ['POST', '/q/b?priority=2&tries=3', 1],
  ['POST', '/q/b?delay=1', 1],
  ['PUT', '/q/a', 1],
  ['POST', '/qb/a', 50],
  ['POST', '/qb/b?delay=0.5', 20],
  ['POST', '/q/c?keep=1', 1]
]

test('filled to the brim, Redis loses nothing: every accepted job comes out once, whichever way, ' +
  'and there is room again', async t => {
  const { app } = await onRedis(t)
  const client = app.redis as Redis
  const ledger = new Ledger(app)
  const used = Number(/used_memory:(\d+)/.exec(await client.info('memory'))![1])
  await client.config('SET', 'maxmemory', String(used + 3 * 2 ** 20))
  // Each way goes on until it is refused; and once more when the last is.
  await Promise.all(
    ways.map(async way => {
      while (await ledger.in(...way));
    })
  )
  for (const way of ways) await ledger.in(...way)
  t.ok(ledger.accepted.size > 500, `${ledger.accepted.size} jobs were accepted`)
  await client.config('SET', 'maxmemory', '1mb')
  await until('all have come out', async () => await drain(ledger))
  t.strictSame(ledger.odd, [])
  t.strictSame(
    ledger.out.toSorted((a, b) => a - b),
    [...ledger.accepted].toSorted((a, b) => a - b),
    'each once'
  )
  for (const queue of ['a', 'b', 'c']) {
    t.match((await ledger.ask('GET', `/j/${queue}`)).json(), { job_count: 0 })
  }
  t.equal(
    await client.exists('{a}:unique', '{a}:details', '{a}:holders'),
    0,
    'and nothing of them stays'
  )
  await client.config('SET', 'maxmemory', String(used + 3 * 2 ** 20))
  t.ok(await ledger.in('POST', '/q/a?uniq=key1'))
})

interface Held {
  id: string
  receipt: string
  payload: { n: number }
}

// A handful each way: for good, on lease with all that ends or keeps one, from several queues, in
// batches, and by cancelling.
async function drain (ledger: Ledger): Promise<boolean> {
  const { out, accepted } = ledger
  const ask: Ledger['ask'] = async (...request) => await ledger.ask(...request)
  for (const queue of ['a', 'b', 'c']) {
    const one = await ask('GET', `/q/${queue}`)
    if (one.statusCode === 200) out.push(one.json().n)
    for (const text of (await list(ask('GET', `/qb/${queue}?batch_size=5`))) as string[]) {
      out.push(JSON.parse(text).n)
    }
    const held = (await list(ask('GET', `/qb/${queue}?lease=60&batch_size=12`))) as Held[]
    const [nacked, released, cancelled, touched, ...rest] = held
    if (nacked !== undefined) await ask('POST', path(queue, nacked, 'nack'), { delay: 0 })
    if (released !== undefined) await ask('POST', path(queue, released, 'release'))
    if (
      cancelled !== undefined &&
      (await ask('DELETE', `/j/${queue}/${cancelled.id}`)).statusCode === 204
    ) {
      out.push(cancelled.payload.n)
    }
    if (touched !== undefined) {
      await ask('POST', path(queue, touched, 'touch'), { lease: 90, progress: { at: 1 } })
      rest.push(touched)
    }
    const outcomes =
      rest.length === 0
        ? []
        : (
            await ask('POST', `/qb/${queue}/ack`, {
              jobs: rest.map(({ id, receipt }) => ({ id, receipt }))
            })
          ).json()
    rest.forEach(({ payload }, i) => {
      if (outcomes[i].ok) out.push(payload.n)
    })
  }
  const any = await ask('GET', '/q/a,b,c?lease=60')
  if (any.statusCode === 200) {
    const next = await ask('POST', `${pathOf(any, 'ack')}&next=1&lease=60`)
    out.push(any.json().n)
    if (next.statusCode === 200) {
      await ask('POST', pathOf(next, 'release'))
    }
  }
  return out.length >= accepted.size
}

async function list (answer: ReturnType<Ledger['ask']>): Promise<unknown[]> {
  const { statusCode, json } = await answer
  return statusCode === 200 ? json() : []
}

const path = (queue: string, { id, receipt }: Held, verb: string): string =>
  `/j/${queue}/${id}/${verb}?receipt=${receipt}`

/** The path of a verb for the job that came with this answer. */
function pathOf ({ headers }: { headers: Record<string, unknown> }, verb: string): string {
  const [queue, id, receipt] = ['queue', 'job', 'receipt'].map(name => headers[`x-presque-${name}`])
  return `/j/${queue}/${id}/${verb}?receipt=${receipt}`
}
