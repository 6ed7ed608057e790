import { test } from 'tap'
import { bench } from '../call.ts'

const record = '\0\0\0\0\0\x05{}'

test('expire_leases() puts the jobs back, a hundred at most, ' +
  'and fails those that were lost too often', async t => {
  const { redis, key, call } = await bench(t)
  for (let id = 1; id <= 120; id++) {
    await redis.hset(key('jobs'), String(id), record)
    await redis.zadd(key('active'), 900, id < 10 ? `a${id}` : id < 100 ? `b${id}` : `c${id}`)
  }
  await redis.zadd(key('active'), 1001, 'c500')
  await redis.hset(
    key('details'),
    '1',
    '{"deliveries":3,"attempt":3,"lost":2,"lost_in_row":2}',
    '2',
    '{"deliveries":1,"tries":1}'
  )
  await call('expire_leases', 'expire_leases(queue)')
  t.equal(await redis.zcard(key('active')), 21)
  t.strictSame(await redis.zrange(key('failed'), 0, '-1'), ['a1', 'a2'])
  t.equal(await redis.llen(key('references')), 98)
  t.strictSame(JSON.parse((await redis.hget(key('details'), '3'))!), {
    deliveries: 1,
    attempt: 1,
    lost: 1,
    lost_in_row: 1,
    lapsed: true,
    since: 1000,
    first_deadline: '900'
  })
  t.match(await redis.hget(key('reports'), 'e1'), 'the lease ran out on delivery 3')
  t.equal(await redis.hget(key('stats'), 'lost'), '100')
  await call('expire_leases', 'expire_leases(queue)')
  t.strictSame(await redis.zrange(key('active'), 0, '-1'), ['c500'])
})

test('expire_leases() fails a job whose unique key another job has by now', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('jobs'), '1', record, '2', record)
  await redis.hset(key('details'), '1', '{"unique":"k"}')
  await redis.hset(key('unique'), 'k', '2')
  await redis.zadd(key('active'), 900, 'a1')
  await call('expire_leases', 'expire_leases(queue)')
  t.strictSame(await redis.zrange(key('failed'), 0, '-1'), ['a1'])
  t.equal(await redis.hget(key('unique'), 'k'), '2')
})

test('undo_expiry() takes a job out of where its expired lease has put it', async t => {
  const { redis, key, call } = await bench(t)
  const lua =
    "local details = { lapsed = true }\nundo_expiry(queue, '1', details)\n" +
      'return details.lapsed == nil, details.stale or 0'
  await redis.rpush(key('ready'), '1')
  t.strictSame(await call('undo_expiry', lua), [true, 0])
  t.equal(await redis.exists(key('ready')), 0)
  await redis.zadd(key('failed'), 900, 'a1')
  await redis.zadd(key('ended'), 900, '1 failed')
  t.strictSame(await call('undo_expiry', lua), [true, 0])
  t.equal(await redis.exists(key('failed'), key('ended')), 0)
})

test('complete_jobs() deletes plain jobs, and refuses an id that is no delivery, ' +
  'or the same one twice', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('stats'), 'seed', 'abc')
  for (const id of ['1', '2', '3']) await redis.hset(key('jobs'), id, record)
  await redis.zadd(key('active'), 5000, 'a1', 5000, 'a2')
  const lua = `local function receipt (id) return make_receipt('abc', id, '1', '5000') end
return complete_jobs(queue, {
  '1', receipt('1'), '', '2', 'wrong', '', '1', receipt('1'), '', '3', receipt('3'), '' })`
  t.strictSame(await call('complete_jobs make_receipt', lua), [
    '',
    'LEASE_LOST',
    'NO_SUCH_JOB',
    'LEASE_LOST'
  ])
  t.strictSame((await redis.hkeys(key('jobs'))).toSorted(), ['2', '3'])
  t.equal(await redis.hget(key('stats'), 'processed'), '1')
})

test('complete_jobs() keeps a result for as long as it is to be kept, ' +
  'and a repeated ack is no error', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('stats'), 'seed', 'abc')
  await redis.hset(key('jobs'), '1', record, '2', record)
  await redis.hset(key('details'), '1', '{"keep":5000}', '2', '{"awaited":true}')
  await redis.zadd(key('active'), 5000, 'a1', 5000, 'a2')
  const lua = `local fields = {}
for _, id in ipairs({ '1', '2' }) do
  fields[#fields + 1] = id
  fields[#fields + 1] = make_receipt('abc', id, '1', '5000')
  fields[#fields + 1] = '"done"'
end
return complete_jobs(queue, fields)`
  t.strictSame(await call('complete_jobs make_receipt', lua), ['', ''])
  t.strictSame(await redis.zrange(key('completed'), 0, '-1', 'WITHSCORES'), [
    'a1',
    '6000',
    'a2',
    '61000'
  ])
  t.strictSame(await redis.hgetall(key('results')), { 1: '"done"', 2: '"done"' })
  t.strictSame(await call('complete_jobs make_receipt', lua), ['', ''])
  t.equal(await redis.hget(key('stats'), 'processed'), '2')
})

test('restored_id() gives a job its own id, a new one if another job has it, ' +
  'and none if it is there', async t => {
  const { redis, key, call } = await bench(t)
  const id = async (payload: string, details = '{}') =>
    await call(
      'restored_id pack_record',
      "return restored_id(queue, '1', pack_record(5, a), cjson.decode(b)) or 'there'",
      { args: [payload, details] }
    )
  await redis.hset(key('stats'), 'last_id', 8, 'seed', 'abc')
  t.equal(await id('{}'), '1')
  await redis.hset(key('jobs'), '1', record)
  t.equal(await id('{}'), 'there', 'Redis has lost the take')
  t.equal(await id('{"other":1}'), '9')
})

test('archive_or_delete() deletes a job, or keeps it without what it holds', async t => {
  const { redis, key, call } = await bench(t)
  const lua = "archive_or_delete(queue, '1', cjson.decode(a), 'active', '\"done\"', tonumber(b))"
  await redis.hset(key('jobs'), '1', record)
  await redis.hset(key('unique'), 'k', '1')
  await redis.zadd(key('active'), 5000, 'a1')
  await call('archive_or_delete archive_job', lua, { args: ['{"unique":"k"}', '500'] })
  t.strictSame(await redis.zrange(key('completed'), 0, '-1', 'WITHSCORES'), ['a1', '1500'])
  t.same(JSON.parse((await redis.hget(key('details'), '1'))!), {
    deliveries: 1,
    attempt: 1,
    since: 1000
  })
  t.equal(await redis.hget(key('results'), '1'), '"done"')
  t.equal(await redis.exists(key('unique'), key('active')), 0)
  await call('archive_or_delete', lua, { args: ['{}', '0'] })
  t.equal(await redis.exists(key('jobs'), key('completed'), key('results'), key('details')), 0)
})

test('complete_one() counts for the worker that held the job', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('stats'), 'seed', 'abc')
  await redis.hset(key('jobs'), '1', record)
  await redis.hset(key('holders'), '1', '900 w1')
  await redis.zadd(key('active'), 5000, 'a1')
  const lua = "return complete_one(queue, '1', make_receipt('abc', '1', '1', '5000'), '')"
  t.strictSame(await call('complete_one make_receipt count_outcome', lua), ['', 0])
  t.equal(await call('complete_one make_receipt', lua), 'NO_SUCH_JOB')
  t.strictSame(await redis.hgetall(key('workers')), { 'processed:w1': '1' })
})

test('begin_completion() and delete_completed() deal with plain jobs on lease alone', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('stats'), 'seed', 'abc')
  for (const id of ['1', '2', '3']) await redis.hset(key('jobs'), id, record)
  await redis.hset(key('details'), '2', '{"tries":1}')
  await redis.hset(key('reports'), 'p1', '50')
  await redis.zadd(key('active'), 5000, 'a1', 5000, 'a2')
  const lua = `local batch = begin_completion(queue, { '1', '2', '3' })
batch.ids, batch.members = { '1' }, { 'a1' }
delete_completed(queue, batch)
return batch.deadlines, batch.count, #batch.ids`
  t.strictSame(await call('begin_completion delete_completed', lua), [['5000', false, false], 1, 0])
  t.strictSame((await redis.hkeys(key('jobs'))).toSorted(), ['2', '3'])
  t.equal(await redis.exists(key('reports')), 0)
  await redis.hset(key('policy'), 'keep', 5)
  t.same(await call('begin_completion', "return begin_completion(queue, { '2' }).deadlines"), {})
})

test('fail_job() frees the unique key, and expire_lease() fails a job at its last try', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('unique'), 'k', '1')
  await redis.zadd(key('expiring'), 5000, 'a1')
  await call('fail_job', "fail_job(queue, '1', { unique = 'k' })")
  t.strictSame(await redis.zrange(key('failed'), 0, '-1', 'WITHSCORES'), ['a1', '1000'])
  t.equal(await redis.exists(key('unique'), key('expiring')), 0)
  await redis.hset(key('details'), '2', '{"tries":1}')
  t.equal(await call('expire_lease', "return expire_lease(queue, '2', '900')"), 'failed')
  t.equal(await call('expire_lease', "return expire_lease(queue, '3', '900')"), 'waiting')
})

test('restore_one() puts a job back to the head, with its ttl', async t => {
  const { redis, key, call } = await bench(t)
  await redis.rpush(key('ready'), '7')
  await redis.hset(key('unique'), 'k', '9')
  const back = async (id: string, details: string) =>
    await call('restore_one', "return restore_one(queue, a, '{}', '5', b)", { args: [id, details] })
  t.strictSame(await back('1', '{"expires":9000}'), ['1', 'waiting'])
  t.strictSame(await back('2', '{"unique":"k"}'), ['2', 'failed'])
  t.strictSame(await redis.lrange(key('ready'), 0, '-1'), ['1', '7'])
  t.strictSame(await redis.zrange(key('expiring'), 0, '-1', 'WITHSCORES'), ['a1', '9000'])
})
