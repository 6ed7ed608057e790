import { Redis } from 'ioredis'
import { test, type Test } from 'tap'
import { serveBefore, withoutBefore } from '../support/server/older-version.ts'
import { startRedis } from '../support/redis/redis.ts'
import { until } from '../support/until.ts'
import { listen, patient } from '../support/server/app.ts'

const missing = withoutBefore()
if (missing !== undefined) process.stderr.write(`not tested with older data: ${missing}\n`)
const skip = missing === undefined ? {} : { skip: missing }

interface Answer {
  status: number
  body: string
  headers: Headers
}

type Ask = (line: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>

const asking =
  (url: string): Ask =>
    async (line, body, headers = {}) => {
      const [method, path] = line.split(' ')
      const response = await fetch(url + path, {
        method: method!,
        ...(body !== undefined && { body: JSON.stringify(body) }),
        headers: { 'content-type': 'application/json', ...headers }
      })
      return { status: response.status, body: await response.text(), headers: response.headers }
    }

const unbounded = { keep_failed: null, max_failed: null }

const error = { message: 'no '.repeat(30_000) }

/** Puts something of each kind in, by HTTP. Resolves to the receipt of the job on lease. */
async function fill (ask: Ask): Promise<string> {
  for (const priority of [9, 5, 1]) await ask(`POST /q/line?priority=${priority}`, { priority })
  await ask('POST /control/line', { max_jobs: 10, tries: 7 })
  await ask('POST /q/later?delay=3600', { n: 1 })
  await ask('POST /q/later?delay=0.2', { n: 2 })
  await ask('POST /q/chain', { n: 1 })
  await ask('POST /q/chain?depends=1', { n: 2 })
  await ask('POST /q/uniq?uniq=k', { n: 1 })
  await ask('POST /q/once', { n: 1 }, { 'idempotency-key': 'a' })
  await ask('POST /w/line', { worker_id: 'w1' })
  await ask('PUT /schedule/nightly', { queue: 'line', cron: '0 3 * * *', payload: { n: 1 } })
  await ask('POST /q/bad?tries=1', { n: 1 })
  const bad = await ask('GET /q/bad?lease=60')
  await ask(`POST /j/bad/1/nack?receipt=${receiptOf(bad)}`, { error })
  await ask('POST /q/kept?keep=600', { n: 1 })
  const kept = await ask('GET /q/kept?lease=60')
  await ask(`POST /j/kept/1/ack?receipt=${receiptOf(kept)}`, { sum: 3 })
  await ask('POST /q/brief', { n: 1 })
  await ask('GET /q/brief?lease=1&worker_id=w1')
  await ask('POST /q/held', { n: 1 })
  return receiptOf(await ask('GET /q/held?lease=600&worker_id=w1'))
}

const receiptOf = ({ headers }: Answer): string => headers.get('x-presque-receipt')!

/** What must be so for whichever presque serves it; takes from it what it looks at. */
async function look (t: Test, ask: Ask): Promise<void> {
  t.match(JSON.parse((await ask('GET /status/line')).body), { policy: { max_jobs: 10, tries: 7 } })
  for (const priority of [1, 5, 9]) {
    t.strictSame(JSON.parse((await ask('GET /q/line')).body), { priority })
  }
  await until('the delayed job is due', async () => (await ask('GET /q/later')).body === '{"n":2}')
  t.match(JSON.parse((await ask('GET /j/later/1')).body), { state: 'delayed', payload: { n: 1 } })
  t.match(JSON.parse((await ask('GET /j/chain/2')).body), { state: 'blocked' })
  const first = await ask('GET /q/chain?lease=60')
  t.equal((await ask(`POST /j/chain/1/ack?receipt=${receiptOf(first)}`)).status, 204)
  t.equal((await ask('GET /q/chain')).body, '{"n":2}')
  t.equal((await ask('POST /q/uniq?uniq=k', { n: 2 })).status, 400, 'the unique key is held')
  t.equal((await ask('POST /q/once', { n: 1 }, { 'idempotency-key': 'a' })).status, 201)
  t.match(JSON.parse((await ask('GET /status/once')).body), { size: 1 }, 'its key is known')
  t.match((await ask('GET /schedule/nightly')).body, /"cron":"0 3 \* \* \*"/)
  t.match((await ask('GET /w/?worker_id=w1')).body, /w1/)
  t.match(JSON.parse((await ask('GET /j/kept/1')).body), { state: 'completed', result: { sum: 3 } })
  const again = async (): Promise<boolean> => (await ask('GET /q/brief')).body === '{"n":1}'
  await until('the job of a lease that has ended is given out again', again)
}

test('all that an older presque has written is served, and then converted', skip, async t => {
  const redis = await startRedis(t)
  const before = asking(await serveBefore(t, redis.url))
  const receipt = await fill(before)
  // As docs/operate/upgrade.md tells those who want to keep all failed jobs.
  const client = new Redis(redis.url.slice('unix://'.length))
  await client.hset('presque:{kept}:policy', 'keep_failed', '', 'max_failed', '')
  client.disconnect()
  t.equal((await before('GET /status/kept')).status, 200)
  const soon = { ...patient, layout: { every: 500 } }
  const { app, url } = await listen(t, { REDIS_URL: redis.url }, soon)
  const ask = asking(url)
  t.match(JSON.parse((await ask('GET /status/kept')).body), { policy: unbounded })
  const told = { state: 'failed', last_error: { message: error.message } }
  t.match(JSON.parse((await ask('GET /j/bad/1')).body), told)
  await look(t, ask)
  await until('all is converted', async () => (await app.redis.hget('layout', 'migrated')) === '3')
  t.notMatch(await app.redis.hget('{bad}:details', '1'), /last_error/)
  t.match(JSON.parse((await ask('GET /j/bad/1')).body), told)
  t.equal((await ask(`POST /j/held/1/ack?receipt=${receipt}`)).status, 204, 'an old receipt')
})
