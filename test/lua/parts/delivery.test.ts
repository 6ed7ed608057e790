import { test, type Test } from 'tap'
import { bench, type Bench } from '../call.ts'

const record = '\0\0\0\0\0\x05{}'

/** A job on lease until 5000, and its receipt. */
async function leased (t: Test, details = '{}'): Promise<Bench & { receipt: string }> {
  const found = await bench(t)
  const { redis, key, call } = found
  await redis.hset(key('stats'), 'seed', 'abc', 'last_id', 1)
  await redis.hset(key('jobs'), '1', record)
  if (details !== '{}') await redis.hset(key('details'), '1', details)
  await redis.zadd(key('active'), 5000, 'a1')
  const delivery = JSON.parse(details).deliveries ?? 1
  return {
    ...found,
    receipt: await call('make_receipt', `return make_receipt('abc', '1', '${delivery}', '5000')`)
  }
}

const verify =
  "local details, state = verify_receipt(queue, '1', a)\n" +
    "return details and 'ok' or 'refused', state"

test('a receipt has the number of the delivery, and differs by seed, id, ' +
  'delivery and deadline', async t => {
  const { call } = await bench(t)
  const lua = `local receipts = {}
for _, seed in ipairs({ 's', 't' }) do
  for _, id in ipairs({ '1', '2' }) do
    for _, delivery in ipairs({ '1', '2' }) do
      for _, deadline in ipairs({ '', '5', '6' }) do
        receipts[#receipts + 1] = make_receipt(seed, id, delivery, deadline)
      end
    end
  end
end
return receipts`
  const receipts = (await call('make_receipt', lua)) as string[]
  t.equal(new Set(receipts).size, 24)
  for (const receipt of receipts) t.match(receipt, /^[12]-[0-9a-f]{16}$/)
})

test('verify_receipt() knows the delivery of an active job', async t => {
  const { redis, key, call, receipt } = await leased(t)
  t.strictSame(await call('verify_receipt', verify, { args: [receipt] }), ['ok', 'active'])
  t.strictSame(await call('verify_receipt', verify, { args: ['1-0123456789abcdef'] }), [
    'refused',
    'LEASE_LOST'
  ])
  const old = await call('make_receipt', "return make_receipt('abc', '1', '1', '')")
  t.strictSame(
    await call('verify_receipt', verify, { args: [old] }),
    ['ok', 'active'],
    'of version 0.1.0'
  )
  await redis.hdel(key('jobs'), '1')
  t.strictSame(await call('verify_receipt', verify, { args: [receipt] }), [
    'refused',
    'NO_SUCH_JOB'
  ])
})

test('verify_receipt() knows the same receipt after a touch, ' +
  'and none of the delivery before', async t => {
  const { redis, key, call, receipt } = await leased(
    t,
    '{"deliveries":2,"attempt":2,"first_deadline":"5000"}'
  )
  await redis.zadd(key('active'), 9000, 'a1')
  t.strictSame(await call('verify_receipt', verify, { args: [receipt] }), ['ok', 'active'])
  const before = await call('make_receipt', "return make_receipt('abc', '1', '1', '5000')")
  t.strictSame(await call('verify_receipt', verify, { args: [before] }), ['refused', 'LEASE_LOST'])
})

test('verify_receipt() knows an expired lease until the next delivery, ' +
  'and a completed job', async t => {
  const { redis, key, call, receipt } = await leased(t)
  await redis.zrem(key('active'), 'a1')
  await redis.hset(key('details'), '1', '{"deliveries":1,"first_deadline":"5000","lapsed":true}')
  t.strictSame(await call('verify_receipt', verify, { args: [receipt] }), ['ok', 'lease_expired'])
  await redis.hset(key('details'), '1', '{"deliveries":1,"first_deadline":"5000"}')
  t.strictSame(await call('verify_receipt', verify, { args: [receipt] }), ['refused', 'LEASE_LOST'])
  await redis.zadd(key('completed'), 9000, 'a1')
  t.strictSame(await call('verify_receipt', verify, { args: [receipt] }), ['ok', 'completed'])
})

test('begin_delivery() and end_delivery() write numbers only where they are not what a ' +
  'plain job has', async t => {
  const { call } = await bench(t)
  const begin = async (details: string) =>
    await call(
      'begin_delivery',
      'local job = cjson.decode(a)\n' +
        'local n, attempt = begin_delivery(job, 9)\nreturn n, attempt, job',
      { args: [details] }
    )
  t.same(await begin('{}'), [1, 1, {}])
  t.same(await begin('{"deliveries":1,"attempt":1}'), [
    2,
    2,
    { deliveries: 2, attempt: 2, started: 9 }
  ])
  t.same(
    await begin('{"deliveries":1,"attempt":0}'),
    [2, 1, { deliveries: 2, attempt: 1, started: 9 }],
    'after a release'
  )
  t.same(await begin('{"lapsed":true,"since":3,"ready_at":4,"first_deadline":"5","tries":6}'), [
    1,
    1,
    { tries: 6 }
  ])
  const end = async (details: string) =>
    await call('end_delivery', 'local job = cjson.decode(a)\nend_delivery(job)\nreturn job', {
      args: [details]
    })
  t.same(await end('{}'), { deliveries: 1, attempt: 1 })
  t.same(await end('{"deliveries":3,"attempt":2}'), { deliveries: 3, attempt: 2 })
})

test('backoff() doubles up to a maximum, and forgets failures before a redrive', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('policy'), 'backoff_base', 1000, 'backoff_max', 5000)
  const wait = async (details: string, jitter = '0') =>
    await call('backoff', 'return backoff(queue, cjson.decode(a), b)', { args: [details, jitter] })
  t.strictSame(
    await Promise.all([1, 2, 3, 4, 1000].map(n => wait(`{"failures":${n}}`))),
    [1000, 2000, 4000, 5000, 5000]
  )
  t.equal(await wait('{"failures":7,"failures_before":5}'), 2000)
  t.strictSame([await wait('{"failures":1}', '1'), await wait('{"failures":1}', '-1')], [1200, 800])
})

test('nack_one() delays the job, and fails it after its last try', async t => {
  const { redis, key, call, receipt } = await leased(t)
  const nack = async (delay: string, mayRetry = true) =>
    await call(
      'nack_one',
      `return nack_one(queue, '1', a, '"no"', tonumber(b), ${mayRetry}, '0', 'ab  ')`,
      { args: [receipt, delay] }
    )
  t.strictSame(await nack('250.5'), ['delayed', 1251])
  t.strictSame(await redis.zrange(key('delayed'), 0, '-1', 'WITHSCORES'), ['a1', '1251'])
  t.equal(await redis.hget(key('reports'), 'e1'), '"no"')
  t.strictSame(await nack('0'), ['LEASE_LOST', 0])
  const other = await leased(t, '{"tries":2,"deliveries":2,"attempt":2}')
  t.strictSame(
    await other.call('nack_one', "return nack_one(queue, '1', a, '', 0, true, '0', 'ab  ')", {
      args: [other.receipt]
    }),
    ['failed', 0]
  )
  t.strictSame(await other.redis.zrange(other.key('failed'), 0, '-1'), ['a1'])
})

test('nack_one() puts a job without a delay into the ready queue, even at the time 0', async t => {
  const { redis, key, call, receipt } = await leased(t)
  const lua = "return nack_one(queue, '1', a, '', 0, true, '0', 'ab  ')"
  t.strictSame(await call('nack_one', lua, { args: [receipt], now: 0 }), ['delayed', 0])
  t.strictSame(await redis.lrange(key('references'), 0, '-1'), ['1:1'])
  t.equal(await redis.exists(key('failed')), 0)
})

test('retry_or_fail() tells a job without its unique key from one without tries', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('jobs'), '2', record)
  await redis.hset(key('unique'), 'k', '2')
  const next = async (details: string, mayRetry = true) => await call(
    'retry_or_fail',
    `return retry_or_fail(queue, '1', cjson.decode(a), 50, ${mayRetry}, '0')`,
    { args: [details] }
  )
  t.strictSame(await next('{"attempt":1,"failures":1,"unique":"k"}'), ['duplicate', 0])
  t.strictSame(await next('{"attempt":25,"failures":1}'), ['failed', 0])
  t.strictSame(await next('{"attempt":1,"failures":1}', false), ['failed', 0])
  t.strictSame(await next('{"attempt":24,"failures":1}'), ['delayed', 1050])
})

test('touch_one() moves the deadline, and takes up an expired lease where ' +
  'there is room', async t => {
  const { redis, key, call, receipt } = await leased(t)
  const touch = async (lease: string) =>
    await call(
      'touch_one',
      "local deadline, code = touch_one(queue, '1', a, tonumber(b), '')\nreturn deadline or code",
      { args: [receipt, lease] }
    )
  t.equal(await touch('3000'), '4000')
  t.equal(await touch('0'), '61000', 'the lease of the policy')
  await redis.zrem(key('active'), 'a1')
  await redis.hset(
    key('details'),
    '1',
    '{"deliveries":1,"attempt":1,"first_deadline":"5000","lapsed":true}'
  )
  await redis.rpush(key('ready'), '1')
  await redis.hset(key('policy'), 'concurrency', 1)
  await redis.zadd(key('active'), 9000, 'a2')
  t.equal(await touch('3000'), 'LEASE_LOST')
  await redis.zrem(key('active'), 'a2')
  t.equal(await touch('3000'), '4000')
  t.equal(await redis.exists(key('ready')), 0)
})

const settled = `local outcomes = settle_jobs(queue, {
  '1', a, '',
  '9', '1-0', '',
  '2', b, '{"message":"no"}', '60000', '', '0', 'ab  ',
  '2', b, '', '', '', '0', 'ab  ',
  '9', '1-0', '', '', '', '0', 'ab  '
}, 3)
return unpack(outcomes)`

test('settle_jobs() completes the jobs of acks, then gives up those of nacks', async t => {
  const { redis, key, call, receipt } = await leased(t)
  await redis.hset(key('jobs'), '2', record)
  await redis.zadd(key('active'), 5000, 'a2')
  const other = await call('make_receipt', "return make_receipt('abc', '2', '1', '5000')")
  t.strictSame(await call('settle_jobs', settled, { args: [receipt, other] }), [
    '',
    'NO_SUCH_JOB',
    'delayed 61000',
    'LEASE_LOST 0',
    'NO_SUCH_JOB 0'
  ])
  t.strictSame(await redis.hkeys(key('jobs')), ['2'])
  t.strictSame(await redis.zrange(key('delayed'), 0, '-1'), ['a2'])
  t.strictSame(await redis.hmget(key('stats'), 'processed', 'failed'), ['1', '1'])
})

test('settle_jobs() takes nacks alone, and records what became of them', async t => {
  const { redis, key, call, receipt } = await leased(t)
  await redis.xadd(key('events'), '*', 'listening', '')
  const lua = "return unpack(settle_jobs(queue, { '1', a, '', '', '0', '0', 'ab  ' }, 1))"
  t.strictSame(await call('settle_jobs', lua, { args: [receipt] }), 'failed 0')
  t.strictSame(await redis.zrange(key('failed'), 0, '-1'), ['a1'])
  t.match(await redis.xrevrange(key('events'), '+', '-'), [[String, ['nacked failed', '1']]])
})

test('nack_jobs() discards failed jobs beyond those that the policy keeps', async t => {
  const { redis, key, call, receipt } = await leased(t)
  await redis.hset(key('policy'), 'max_failed', 1)
  await redis.hset(key('jobs'), '2', record)
  await redis.zadd(key('failed'), 500, 'a2')
  const lua = "return unpack(nack_jobs(queue, { '1', a, '', '', '0', '0', 'ab  ' }))"
  t.strictSame(await call('nack_jobs', lua, { args: [receipt] }), ['failed', '0'])
  t.strictSame(await redis.zrange(key('failed'), 0, '-1'), ['a1'])
})
