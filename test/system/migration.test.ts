import { Redis } from 'ioredis'
import { test } from 'tap'
import { jobs } from '../../operations/job/job.ts'
import { push } from '../../operations/job/push.ts'
import { take } from '../../operations/job/take.ts'
import { queueStatus } from '../../operations/queue/queue.ts'
import { serveBefore, withoutBefore } from '../support/server/older-version.ts'
import { Presque } from '../support/server/processes.ts'
import { listen, patient } from '../support/server/app.ts'
import { startRedis } from '../support/redis/redis.ts'
import { until } from '../support/until.ts'

const count = 100_000

// Each ninth job has details; all others are plain. As layout 2 stores them.
const fill = `
for first = 1, ARGV[1], 1000 do
  local records, ids = {}, {}
  for i = 0, 999 do
    local id = string.format('%d', first + i)
    local record = '\\0\\0\\0\\0\\0\\5{"n":' .. id .. '}'
    ids[i + 1], records[2 * i + 1], records[2 * i + 2] = id, id, record
    if i % 9 == 0 then redis.call('HSET', KEYS[3], id, '{"tries":3}') end
  end
  redis.call('HSET', KEYS[1], unpack(records))
  redis.call('RPUSH', KEYS[2], unpack(ids))
end
redis.call('HSET', KEYS[4], 'seed', 'abc', 'last_id', ARGV[1])`

test('a server that is killed in mid-migration loses no job and no place, ' +
  'and another goes on', async t => {
  const redis = await startRedis(t)
  const client = new Redis(redis.url.slice('unix://'.length), { keyPrefix: 'presque:' })
  t.teardown(() => client.disconnect())
  await client.eval(fill, 4, '{mail}:jobs', '{mail}:ready', '{mail}:details', '{mail}:stats', count)
  await client.sadd('queues', 'mail')
  await client.hset('layout', 'version', 2, 'migrated', 2)
  const first = new Presque(t, { REDIS_URL: redis.url, PRESQUE_PROCESSES: '1' })
  const left = async () => await client.llen('{mail}:ready')
  // It begins after its second check, ten seconds after its start.
  await until('it is in the middle', async () => await left() < count * 0.9, 60_000)
  first.first.kill('SIGKILL')
  const middle = await left()
  t.ok(middle > 0, `${middle} of ${count} are left`)
  const soon = { ...patient, layout: { every: 100 } }
  const { app } = await listen(t, { REDIS_URL: redis.url }, soon)
  t.equal((await queueStatus(app.redis, 'mail')).counts.waiting, count)
  const before = await take(app.redis, 'mail', { count: 500 })
  await push(app.redis, 'mail', [{ payload: '{}' }])
  const isMigrated = async () => await client.hget('layout', 'migrated') === '3'
  await until('another has gone on', isMigrated, 90_000)
  t.equal(await left(), 0)
  t.equal((await queueStatus(app.redis, 'mail')).counts.waiting, count - 499)
  const page = await jobs(app.redis, 'mail', 'waiting', { offset: count / 2, limit: 3 })
  t.strictSame(page.map(({ id }) => Number(id)), [1, 2, 3].map(n => count / 2 + 500 + n))
  const taken = [...before]
  for (let more = before; more.length > 0;) {
    more = await take(app.redis, 'mail', { count: 1000 })
    taken.push(...more)
  }
  t.equal(taken.length, count + 1)
  t.equal(taken.findIndex(({ id }, i) => Number(id) !== i + 1), -1, 'each once, in their order')
})

const missing = withoutBefore()

const skip = missing === undefined ? {} : { skip: missing }

test('an older server beside this one loses no job of it', skip, async t => {
  const redis = await startRedis(t)
  const before = await serveBefore(t, redis.url)
  const { url } = await listen(t, { REDIS_URL: redis.url })
  const post = async (to: string, path: string) => t.equal((await fetch(to + path, {
    method: 'POST', body: '{"n":1}', headers: { 'content-type': 'application/json' }
  })).status, 201)
  await post(url, '/q/mail')
  await post(url, '/q/mail?tries=3')
  await post(before, '/q/mail')
  await post(url, '/q/mail?priority=1')
  const ids = async (from: string) => {
    const answer = await fetch(`${from}/q/mail?lease=60`)
    return answer.headers.get('presque-job-id') ?? answer.status
  }
  t.ok([await ids(before), await ids(before)].every(id => id !== 500))
  t.equal((await fetch(`${before}/q/mail?lease=60`)).status, 404, 'it has no more')
  const status = await (await fetch(`${url}/status/mail`)).json()
  t.match(status, { size: 2 })
  for (let n = 0; n < 2; n++) t.equal((await fetch(`${url}/q/mail`)).status, 200)
  t.equal((await fetch(`${url}/q/mail`)).status, 404)
})
