import { test } from 'tap'
import { bench } from '../call.ts'

test('pack_job() and put_in_bin() keep what unpack_job() and restore_packed() bring back, and ' +
  'expire_bin() drops old entries', async t => {
  const { redis, key, call } = await bench(t)
  const record = Buffer.from([0, 0, 0, 0, 0, 1, 255, 0, 34])
  await redis.hset(key('jobs'), '1', record)
  await redis.zadd(key('failed'), '900', 'a1')
  const lua = "return put_in_bin(queue, { id = '7' }, '1', { attempt = 2 }) > 9"
  t.equal(await call('put_in_bin', lua), true)
  await redis.hdel(key('jobs'), '1')
  await redis.zrem(key('failed'), 'a1')
  await call('expire_bin', 'expire_bin(queue)', { now: 900_999 })
  t.strictSame(await redis.zrange(key('binned'), 0, '-1', 'WITHSCORES'), ['7:1', '901000'])
  const restore = "return restore_packed(queue, redis.call('HGET', bin, '7:1'))"
  t.strictSame(await call('restore_packed', restore, { keys: 'bin' }), ['failed', '1'])
  t.equal(await redis.zscore(key('failed'), 'a1'), '900')
  t.strictSame(await redis.hgetBuffer(key('jobs'), '1'), record)
  t.same(JSON.parse((await redis.hget(key('details'), '1'))!), { attempt: 2 })
  const again = "return unpack_job(queue, redis.call('HGET', bin, '7:1')) == nil"
  t.equal(await call('unpack_job', again, { keys: 'bin' }), true, 'it is there')
  await call('expire_bin', 'expire_bin(queue)', { now: 901_000 })
  t.equal(await redis.exists(key('bin'), key('binned')), 0)
})

test('restore_open() lets a job wait whose time has come, and delays any other', async t => {
  const { redis, key, call } = await bench(t)
  const lua = "return restore_open(queue, '1', {}, { delayed = a })"
  const at = async (delayed: string) => await call('restore_open', lua, { args: [delayed] })
  t.strictSame(await at('1000'), ['waiting', '1'])
  t.strictSame(await at('1001'), ['delayed', '1@1001'])
  t.equal(await redis.zscore(key('delayed'), 'a1'), '1001')
})

test('a job with an entry that is left in the ready list comes back under a new id', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('stats'), 'last_id', 5, 'seed', 'x')
  const lua = "local text = pack_job(queue, '1', { stale = 1 })\n" +
    "redis.call('HDEL', jobs, '1')\nredis.call('DEL', failed)\nreturn restore_packed(queue, text)"
  for (const [entries, id] of [[['1:5'], '1'], [[], '6']] as const) {
    await redis.hset(key('jobs'), '1', '\0\0\0\0\0\0{}')
    await redis.zadd(key('failed'), '900', 'a1')
    if (entries.length > 0) await redis.rpush(key('references'), ...entries)
    const options = { keys: 'jobs failed' }
    t.strictSame(await call('pack_job restore_packed', lua, options), ['failed', id])
    await redis.hdel(key('jobs'), '1')
  }
  t.equal(await redis.hget(key('stats'), 'last_id'), '6')
})
