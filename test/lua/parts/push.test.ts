import { test } from 'tap'
import { bench } from '../call.ts'

const record = '\0\0\0\0\0\x05{}'
const insert =
  "local id, outcome, state = insert_job(queue, a, tonumber(b), cjson.decode(c), 10, 'abc')\n" +
    "return id, outcome, state or ''"

test('find_idempotent() knows a key for a day, and another payload under it', async t => {
  const { redis, key, call } = await bench(t)
  const find = async (fingerprint: string, now = 1000) =>
    await call(
      'find_idempotent',
      "local id, outcome = find_idempotent(queue, { idempotency = 'k', fingerprint = a })\n" +
        "return id or 'new', outcome or ''",
      { args: [fingerprint], now }
    )
  const save = async (outcome: string) =>
    await call(
      'save_idempotent',
      "save_idempotent(queue, { idempotency = 'k', fingerprint = 'f' }, '7', a)",
      { args: [outcome] }
    )
  t.strictSame(await find('f'), ['new', ''])
  await save('new')
  t.strictSame(await find('f'), ['7', 'replayed'])
  t.strictSame(await find('g'), ['7', 'conflict'])
  await save('ignored')
  t.strictSame(await find('f'), ['7', 'ignored'])
  t.strictSame(await find('f', 86_401_000), ['new', ''])
  t.equal(await redis.exists(key('idempotency'), key('remembered')), 0)
})

test('find_idempotent() forgets ten keys at most whose day is over', async t => {
  const { redis, key, call } = await bench(t)
  for (let n = 0; n < 25; n++) {
    await redis.zadd(key('remembered'), 900, `k${n}`)
    await redis.hset(key('idempotency'), `k${n}`, '1 f')
  }
  await call(
    'find_idempotent',
    "find_idempotent(queue, { idempotency = 'other', fingerprint = 'f' })"
  )
  t.strictSame(
    [await redis.zcard(key('remembered')), await redis.hlen(key('idempotency'))],
    [15, 15]
  )
})

test('insert_job() puts a job into the ready queue, ' +
  'or among the delayed until it is due', async t => {
  const { redis, key, call } = await bench(t)
  t.strictSame(await call('insert_job', insert, { args: ['{"n":1}', '0', '{}'] }), ['1', 'new', ''])
  t.strictSame(
    await call('insert_job', insert, { args: ['{"n":2}', '5000', '{"priority":2,"ttl":100}'] }),
    ['2', 'new', '']
  )
  t.strictSame(await redis.lrange(key('references'), 0, '-1'), ['1:1'])
  t.strictSame(await redis.zrange(key('delayed'), 0, '-1', 'WITHSCORES'), ['a2', '5000'])
  t.strictSame(await redis.zrange(key('expiring'), 0, '-1', 'WITHSCORES'), ['a2', '5100'])
  t.same(JSON.parse((await redis.hget(key('details'), '2'))!), { priority: 2, created: 1000 })
  t.equal(await redis.hget(key('details'), '1'), null)
  t.match(await redis.hget(key('jobs'), '1'), /\{"n":1\}$/)
})

test('insert_job() adds nothing where there is no room, ' +
  'or for a dependency that is not older', async t => {
  const { redis, key, call } = await bench(t)
  const full = insert.replace('10', '0')
  t.strictSame(await call('insert_job', full, { args: ['{}', '0', '{}'] }), ['0', 'full', ''])
  await redis.hset(key('stats'), 'last_id', 3)
  t.strictSame(await call('insert_job', insert, { args: ['{}', '0', '{"depends":"2,4,5"}'] }), [
    '4',
    'unknown',
    ''
  ])
  t.equal(await redis.exists(key('jobs')), 0)
})

test('insert_job() answers a unique key that is held as it is told to', async t => {
  const { redis, key, call } = await bench(t)
  const push = async (payload: string, onDuplicate?: string) =>
    await call('insert_job', insert, {
      args: [payload, '0', JSON.stringify({ unique: 'k', on_duplicate: onDuplicate })]
    })
  t.strictSame(await push('{"n":1}'), ['1', 'new', ''])
  t.strictSame(await push('{"n":2}'), ['1', 'exists', ''])
  t.strictSame(await push('{"n":2}', 'ignore'), ['1', 'ignored', ''])
  t.strictSame(await push('{"n":2}', 'replace'), ['1', 'replaced', ''])
  t.match(await redis.hget(key('jobs'), '1'), /\{"n":2\}$/)
  t.strictSame(await redis.lrange(key('references'), 0, '-1'), ['1:1'])
  await redis.zadd(key('active'), 5000, 'a1')
  t.strictSame(await push('{"n":3}', 'replace'), ['1', 'exists', ''], 'a worker has it')
})

test('unique_key_holder() deletes a holder whose time is over', async t => {
  const { redis, key, call } = await bench(t)
  const holder = async () =>
    await call('unique_key_holder', "return unique_key_holder(queue, 'k') or 'none'")
  t.equal(await holder(), 'none')
  await redis.hset(key('jobs'), '1', record)
  await redis.hset(key('details'), '1', '{"unique":"k"}')
  await redis.hset(key('unique'), 'k', '1')
  t.equal(await holder(), '1')
  await redis.zadd(key('expiring'), 1000, 'a1')
  t.equal(await holder(), 'none')
  t.equal(await redis.exists(key('unique'), key('jobs')), 0)
  t.equal(await redis.hget(key('stats'), 'expired'), '1')
})

test('claim_unique_key() gives the key back, ' +
  'or says in the last error which job has it', async t => {
  const { redis, key, call } = await bench(t)
  const claim = async (details: string) =>
    await call(
      'claim_unique_key',
      "local job = cjson.decode(a)\nlocal other = claim_unique_key(queue, '1', job)\n" +
        "return other or 'mine', job.last_error or ''",
      { args: [details] }
    )
  t.strictSame(await claim('{}'), ['mine', ''])
  t.strictSame(await claim('{"unique":"k"}'), ['mine', ''])
  t.strictSame(await claim('{"unique":"k"}'), ['mine', ''], 'it has it already')
  await redis.hset(key('unique'), 'k', '2')
  await redis.hset(key('reports'), 'e1', '{"message":"before"}')
  const [other, error] = await claim('{"unique":"k"}')
  t.equal(other, '2')
  t.same(JSON.parse(error), {
    type: 'duplicate',
    message: 'job 2 has its unique key',
    job: '2',
    before: { message: 'before' }
  })
  const [, again] = await claim(JSON.stringify({ unique: 'k', last_error: error }))
  t.equal(again, error, 'errors do not grow')
  await redis.zadd(key('expiring'), 900, 'a2')
  t.strictSame(await claim('{"unique":"k"}'), ['mine', ''], 'the other one holds nothing any more')
})

test('release_unique_key() leaves a key alone that another job has by now', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('unique'), 'k', '2')
  await call(
    'release_unique_key',
    "release_unique_key(queue, '1', { unique = 'k' })\nrelease_unique_key(queue, '1', {})"
  )
  t.equal(await redis.hget(key('unique'), 'k'), '2')
  await call('release_unique_key', "release_unique_key(queue, '2', { unique = 'k' })")
  t.equal(await redis.exists(key('unique')), 0)
})

test('answer_duplicate() leaves a job to replace_job() that no worker has', async t => {
  const { redis, key, call } = await bench(t)
  const answer = async (onDuplicate: string) =>
    await call(
      'answer_duplicate',
      "return answer_duplicate(queue, '1', { on_duplicate = a }, nil) or 'replace'",
      { args: [onDuplicate] }
    )
  t.strictSame(
    [await answer('ignore'), await answer('reject'), await answer('replace')],
    ['ignored', 'exists', 'replace']
  )
  await redis.zadd(key('active'), 5000, 'a1')
  t.equal(await answer('replace'), 'exists')
  await redis.del(key('active'))
  await redis.hset(key('jobs'), '1', record)
  await redis.hset(key('details'), '1', '{"deliveries":2,"awaited":true,"tries":9}')
  await redis.zadd(key('delayed'), 5000, 'a1')
  t.same(
    await call(
      'replace_job',
      "local options = {}\nreplace_job(queue, '1', options)\nreturn options"
    ),
    { deliveries: 2, awaited: true, born: '5' }
  )
  t.equal(await redis.exists(key('delayed')), 0)
})

test('store_new() keeps of the options what belongs to the job', async t => {
  const { redis, key, call } = await bench(t)
  const options = { tries: 2, ttl: 5, on_duplicate: 'ignore', idempotency: 'k', fingerprint: 'f' }
  await call('store_new', "store_new(queue, '1', 5000, cjson.decode(a))", {
    args: [JSON.stringify(options)]
  })
  t.same(JSON.parse((await redis.hget(key('details'), '1'))!), { tries: 2, created: 1000 })
})
