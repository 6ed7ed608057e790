import { test } from 'tap'
import { claim, fire } from '../../../../operations/schedule/fire.ts'
import { pushOne } from '../../../../operations/job/push.ts'
import { queues } from '../../../../operations/queue/queue.ts'
import { setSchedule } from '../../../../operations/schedule/schedule.ts'
import { storeOf, type RedisClient } from '../../../../operations/redis/store.ts'
import { client } from '../../../support/http/http-client.ts'
import { bearer, tokenFile } from '../../../support/http/tokens.ts'
import { build } from '../../../support/server/app.ts'

const full = [429, 'there are as many queues as PRESQUE_MAX_QUEUES allows'] as const
const own = [429, 'this token may have no more queues: it has max_queues'] as const

test('whatever would bring one queue too many into being is refused, ' +
  'and those that are there go on', async t => {
  const { app, says, refuses } = await client(t, { PRESQUE_MAX_QUEUES: 2 })
  await says(201, '', 'POST /q/a', '{}')
  await says(200, { queue: 'b', response: 'updated' }, 'POST /control/b', '{"tries":3}')
  await refuses(...full, 'POST /q/c', '{}')
  await refuses(...full, 'PUT /q/c', '{}')
  await refuses(...full, 'POST /qb/c', '{"jobs":[{}]}')
  await refuses(...full, 'POST /control/c', '{"status":"stop"}')
  await says(201, '', 'POST /q/b', '{}')
  t.strictSame(await queues(app.redis), ['a', 'b'])
  t.equal(await app.redis.exists('{c}:stats', '{c}:jobs', '{c}:policy'), 0)
  await says(204, '', 'DELETE /q/a')
  await says(201, '', 'POST /q/c', '{}')
})

test('of many new queues at once no more are let in than there is room for', async t => {
  const redis: RedisClient = (await build(t)).redis
  storeOf(redis).caps.queues = 20
  const pushes = await Promise.allSettled(
    Array.from({ length: 200 }, async (_, i) => await pushOne(redis, `q${i}`, { payload: '{}' }))
  )
  const refused = pushes.flatMap(one => (one.status === 'rejected' ? [one.reason.code] : []))
  t.strictSame([...new Set(refused)], ['QUEUES_FULL'])
  const { length } = await queues(redis)
  t.equal(length, 200 - refused.length)
  t.ok(length > 10 && length <= 20, `${length}`)
})

test('a schedule whose queue would be one too many skips its tick, and says why', async t => {
  const redis: RedisClient = (await build(t)).redis
  storeOf(redis).caps.queues = 1
  await pushOne(redis, 'a', { payload: '{}' })
  await setSchedule(redis, 'nightly', { queue: 'b', every: 60, payload: '{}' }, () => {}, {
    now: 1000
  })
  const { claims, time } = await claim(redis, { now: 1061 })
  t.match(await fire(redis, claims[0]!, time, { now: 1061 }), {
    outcome: 'refused',
    error: full[1]
  })
  t.strictSame(await queues(redis), ['a'])
})

test('one schedule too many is refused, and one that is there can be replaced', async t => {
  const { says, ask, refuses } = await client(t, { PRESQUE_MAX_SCHEDULES: 1 })
  const wanted = '{"queue":"mail","every":60,"payload":{}}'
  t.equal((await ask('PUT /schedule/a', wanted)).statusCode, 201)
  await refuses(
    429,
    'there are as many schedules as PRESQUE_MAX_SCHEDULES allows',
    'PUT /schedule/b',
    wanted
  )
  t.equal((await ask('PUT /schedule/a', wanted)).statusCode, 200)
  await says(204, '', 'DELETE /schedule/a')
  t.equal((await ask('PUT /schedule/b', wanted)).statusCode, 201)
})

test('a token makes no more queues than it may, of those that it matches', async t => {
  const { path, secrets } = tokenFile(
    t,
    { name: 'few', roles: ['produce', 'manage'], queues: ['few.*'], max_queues: 2 },
    { name: 'all', roles: ['produce', 'manage', 'read'], queues: ['*'] }
  )
  const { says, ask, refuses } = await client(t, { PRESQUE_TOKENS: path })
  const json = { 'content-type': 'application/json' }
  const [few, all] = [
    { ...json, ...bearer(secrets['few']) },
    { ...json, ...bearer(secrets['all']) }
  ]
  await says(201, '', 'POST /q/other', '{}', all)
  await says(201, '', 'POST /q/few.1', '{}', few)
  await says(201, '', 'POST /q/few.2', '{}', few)
  await refuses(...own, 'POST /q/few.3', '{}', few)
  await refuses(...own, 'PUT /q/few.3', '{}', few)
  await refuses(...own, 'POST /qb/few.3', '{"jobs":[{}]}', few)
  await refuses(...own, 'POST /control/few.3', '{"status":"stop"}', few)
  await refuses(...own, 'PUT /schedule/a', '{"queue":"few.3","every":60,"payload":{}}', few)
  await says(201, '', 'POST /q/few.2', '{}', few)
  t.equal((await ask('POST /q/few.3', '{}', all)).statusCode, 201)
  await says(201, '', 'POST /q/few.3', '{}', few)
})

test('a queue that knows max_keys idempotency keys takes no new one, ' +
  'and answers those that it knows', async t => {
  const { says, ask, refuses } = await client(t)
  await says(200, { queue: 'a', response: 'updated' }, 'POST /control/a', '{"max_keys":2}')
  const push = async (key: string) =>
    await ask('POST /q/a', '{}', { 'content-type': 'application/json', 'idempotency-key': key })
  t.strictSame([(await push('1')).statusCode, (await push('2')).statusCode], [201, 201])
  await refuses(
    429,
    'the queue knows max_keys idempotency keys of the last day, and takes no new one',
    'POST /q/a',
    '{}',
    { 'content-type': 'application/json', 'idempotency-key': '3' }
  )
  t.strictSame(
    [(await push('1')).statusCode, (await push('1')).headers['x-presque-job']],
    [201, '1']
  )
  await says(201, '', 'POST /q/a', '{}')
  t.match((await ask('GET /status/a')).json(), { policy: { max_keys: 2 }, counts: { waiting: 3 } })
})
