import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { test, type Test } from 'tap'
import { errorFromRedis } from '../../../../operations/redis-error.ts'
import { restore } from '../../../../operations/job/put-back.ts'
import { take } from '../../../../operations/job/take.ts'
import { listen } from '../../../support/server/app.ts'
import { waited } from '../../../support/idle-clock.ts'
import { looks, prepareDue } from '../../../support/redis/due-jobs.ts'
import { startRedis } from '../../../support/redis/redis.ts'
import { storeUndone } from '../../../support/http/documented-operation.ts'
import { requests, send, type Answer } from '../../../support/http/request.ts'
import { until } from '../../../support/until.ts'

async function serve (t: Test, flags: string[] = []) {
  const redis = await startRedis(t, flags)
  const { app, url } = await listen(t, { REDIS_URL: redis.url })
  const ask = async (method: string, path: string, body?: string) =>
    (await send(url, [{ method, path, ...(body && { body }) }]))[0]!
  return { redis, client: app.redis as Redis, url, ask, all: requests(app) }
}

const away = { status: 503, retryAfter: '1', body: '{"error":"redis is unavailable"}' }
const full = { status: 507, retryAfter: null, body: '{"error":"redis is out of memory"}' }
const readOnly = {
  status: 507,
  retryAfter: null,
  body: '{"error":"redis cannot write to its disk"}'
}

test('a Redis that is still loading its data is away until it has', async t => {
  const { redis, client, url, all } = await serve(t)
  await client.eval('for i = 1, 1000 do redis.call("SET", "filler" .. i, "") end', 0)
  await client.save()
  await redis.stop()
  const loaded = redis.start([
    '--key-load-delay',
    '1000',
    '--loading-process-events-interval-bytes',
    '1024'
  ])
  await until('the client has a connection', () => client.status === 'connect')
  for (const answer of await send(url, all)) t.match(answer, away, answer.to)
  t.equal(client.status, 'connect', 'it is loading still')
  await loaded
  const since = waited()
  await until('presque serves again', async () =>
    (await send(url, all)).every(({ status }) => status < 500)
  )
  t.ok(waited() - since < 1500, `after ${Math.round(waited() - since)} ms`)
})

test('a Redis that has become a replica is away for every writer, and looked for anew', async t => {
  const { client, ask } = await serve(t)
  await client.replicaof('127.0.0.1', 1)
  const reconnected = new Promise(resolve => client.once('ready', resolve))
  t.match(await ask('POST', '/q/mail', '{}'), away)
  await reconnected
  t.match(await ask('GET', '/status'), { status: 200 })
  await client.replicaof('NO', 'ONE')
  t.match(await ask('POST', '/q/mail', '{}'), { status: 201 })
})

test('a full Redis refuses what would add, and gives out what it has, ' +
  'until it is empty', async t => {
  const { client, url, ask } = await serve(t)
  const due = Math.ceil(Date.now() / 1000)
  for (let n = 0; n < 3; n++) await ask('POST', '/q/mail', `{"n":${n}}`)
  await ask('POST', `/q/mail?delayed=${due + 1}&uniq=ann`, '{"n":3}')
  await until('the delayed job is due', async () => Number((await client.time())[0]) > due)
  await client.config('SET', 'maxmemory', '1mb')
  const adding = [
    { method: 'POST', path: '/q/mail', body: '{}' },
    { method: 'PUT', path: '/q/mail', body: '{}' },
    { method: 'POST', path: '/qb/mail', body: '{"jobs":[{}]}' },
    { method: 'POST', path: '/w/mail?worker_id=w2', body: '{}' },
    { method: 'POST', path: '/control/mail', body: '{"status":"stop"}' }
  ]
  for (const answer of await send(url, adding)) t.match(answer, full, answer.to)
  const taken = []
  for (const path of [
    '/q/mail',
    '/q/mail?worker_id=w1',
    '/qb/mail',
    '/q/mail',
    '/qb/mail?worker_id=w1',
    '/q/mail?worker_id=w1'
  ]) {
    const { status, body } = await ask('GET', path)
    taken.push(`${status} ${body}`)
  }
  t.same(taken, [
    '200 {"n":0}',
    '200 {"n":1}',
    String.raw`200 ["{\"n\":2}","{\"n\":3}"]`,
    ...Array(3).fill('404 {"error":"no job"}')
  ])
  t.match(await ask('GET', '/j/mail'), {
    body: '{"queue_name":"mail","job_count":0,"job_failed":0,"job_processed":4}'
  })
  await client.config('SET', 'maxmemory', '0')
  t.match(await ask('POST', '/q/mail?uniq=ann', '{}'), { status: 201 })
})

test('a full Redis refuses a job that depends on another, ' +
  'and goes on releasing those it has', async t => {
  const { client, url, ask } = await serve(t)
  for (const path of [
    '/q/mail',
    '/q/mail',
    '/q/mail?depends=1',
    '/q/mail?depends=2',
    '/q/mail?depends=4'
  ]) {
    t.match(await ask('POST', path, '{}'), { status: 201 })
  }
  const { headers } = await fetch(`${url}/q/mail?lease=60`)
  await client.config('SET', 'maxmemory', '1mb')
  t.match(await ask('POST', '/q/mail?depends=1', '{}'), full)
  t.match(await ask('POST', `/j/mail/1/ack?receipt=${headers.get('x-presque-receipt')}`), {
    status: 204
  })
  t.match(await ask('DELETE', '/j/mail/2'), { status: 204 })
  t.match(JSON.parse((await ask('GET', '/status/mail')).body), {
    counts: { waiting: 1, blocked: 0, failed: 2 }
  })
  t.match(await ask('GET', '/q/mail'), { status: 200 })
})

test('a full Redis takes a job back whose client has gone', async t => {
  const { client, ask } = await serve(t)
  await ask('POST', '/q/mail?uniq=ann', '{"n":1}')
  const jobs = await take(client, 'mail', { worker: 'w1' })
  await client.config('SET', 'maxmemory', '1mb')
  t.equal(await restore(client, 'mail', jobs, { worker: 'w1' }), 1)
  t.match(await ask('GET', '/q/mail'), { status: 200, body: '{"n":1}' })
})

/** A Redis whose disk can be broken and mended. */
async function onDisk (t: Test) {
  const disk = mkdtempSync(join(tmpdir(), 'presque-disk-'))
  t.teardown(() => rmSync(disk, { recursive: true, force: true }))
  const folder = join(disk, 'full')
  mkdirSync(folder)
  const served = await serve(t, ['--dir', folder, '--save', '3600 1000'])
  const { client } = served
  async function spoil (): Promise<void> {
    rmSync(folder, { recursive: true })
    await client.bgsave()
    await until('the attempt to save has failed', async () =>
      /rdb_last_bgsave_status:err/.test(await client.info('persistence'))
    )
  }
  async function mend (): Promise<void> {
    mkdirSync(folder)
    await client.config('SET', 'save', '')
  }
  return { ...served, spoil, mend }
}

test('a Redis that cannot write to its disk refuses every change, and still tells', async t => {
  const { client, url, ask, all, spoil, mend } = await onDisk(t)
  await storeUndone(client)
  await ask('POST', '/q/mail', '{"n":1}')
  await ask('POST', '/w/mail?worker_id=myworker_1')
  await ask('PUT', '/schedule/nightly', '{"queue":"mail","cron":"30 4 * * *","payload":{}}')
  await spoil()
  const answers = await send(url, all)
  const isChanging = ({ to }: Answer): boolean => !to.startsWith('GET') || /^GET .qb?.mail/.test(to)
  const changing = answers.filter(isChanging)
  t.equal(changing.length, 32)
  for (const answer of changing) t.match(answer, readOnly, answer.to)
  // To listen is to have changes recorded.
  const refused: Record<string, number> = {
    'GET /events?wait=0': 507,
    'GET /health/ready': 503,
    'GET /errors/mail/000000000000': 404
  }
  for (const { to, status } of answers.filter(answer => !isChanging(answer))) {
    t.equal(status, refused[to] ?? 200, to)
  }
  await mend()
  t.match(await ask('GET', '/q/mail'), { status: 200, body: '{"n":1}' })
})

test('a Redis that cannot write to its disk tells also of a queue where much is due', async t => {
  const { client, ask, spoil, mend } = await onDisk(t)
  await prepareDue(client, 'mail')
  await spoil()
  t.match(JSON.parse((await ask('GET', '/status/mail')).body), {
    counts: { waiting: 2, delayed: 0, active: 1, completed: 0 }
  })
  t.match(JSON.parse((await ask('GET', '/j/mail/6/why')).body), { state: 'waiting' })
  t.match(await ask('GET', '/j/mail/4'), { status: 404 }, 'its time is over')
  for (const path of looks('mail')) t.match(await ask('GET', path), { status: 200 }, path)
  for (const path of ['/q/mail', '/j/mail/6?wait=1', '/events?wait=0']) {
    t.match(await ask('GET', path), readOnly)
  }
  await mend()
  t.match(await ask('GET', '/q/mail'), { status: 200 })
})

test('a fault of presque is a 500 that says no more', async t => {
  const { client, ask } = await serve(t)
  await client.set('{mail}:stats', 'not a list')
  t.match(await ask('GET', '/q/mail'), {
    status: 500,
    retryAfter: null,
    body: '{"error":"internal error"}'
  })
  t.match(await ask('POST', '/q/mail', '{}'), { status: 500, body: '{"error":"internal error"}' })
  t.equal(
    errorFromRedis(Object.assign(new Error('ENOENT: no such file'), { syscall: 'open' })),
    null
  )
})

test('what a command within a script is refused with is the same word in Redis 6', async t => {
  const message =
    'ERR Error running script (call to f_8f1e): @user_script:3: @user_script: 3: ' +
      "-OOM command not allowed when used memory > 'maxmemory'."
  t.match(errorFromRedis(Object.assign(new Error(message), { name: 'ReplyError' })), {
    code: 'REDIS_FULL'
  })
})
