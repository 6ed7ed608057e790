import { test } from 'tap'
import { push, type NewJob } from '../../../operations/job/push.ts'
import { setPolicy } from '../../../operations/queue/policy.ts'
import { restore } from '../../../operations/job/put-back.ts'
import { job } from '../../../operations/job/job.ts'
import { retry } from '../../../operations/job/bulk.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { take } from '../../../operations/job/take.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import { build, listen } from '../../support/server/app.ts'
import { json } from '../../support/server/two-servers.ts'

/** Leases the job again and again until it is not there, and returns how often. */
async function losses (redis: RedisClient, now: number, most = 30): Promise<number> {
  for (let n = 0; n < most; n++) {
    const [delivery] = await take(redis, 'mail', { lease: 10, now: now + 10 * n })
    if (delivery === undefined) return n
  }
  return most
}

const cases: Array<[policy: number | null | undefined, own: NewJob['max_lost'], most: number]> = [
  [undefined, undefined, 3],
  [1, undefined, 1],
  [5, undefined, 5],
  [null, undefined, 25],
  [undefined, 1, 1],
  [undefined, 7, 7],
  [5, 'null', 25],
  [null, 2, 2],
  [5, null, 25]
]

for (const [policy, own, most] of cases) {
  test(`with max_lost ${policy} of the queue and ${own} of the push, ` +
    `a job is lost ${most} times`, async t => {
    const { redis } = await build(t)
    await setPolicy(redis, 'mail', { max_lost: policy })
    await push(redis, 'mail', [{ payload: '{}', max_lost: own }], { now: 100 })
    t.equal(await losses(redis, 100), most)
    t.match(await job(redis, 'mail', '1', { now: 1000 }), { state: 'failed', lost: most })
    await retry(redis, 'mail', '1', { now: 1000 })
    t.equal(await losses(redis, 1000), most, 'and again after a redrive')
  })
}

test('a delivery that never reached its client is no loss, ' +
  'however late it is put back', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}' }], { now: 100 })
  for (let now = 100; now < 200; now += 20) {
    const jobs = await take(redis, 'mail', { lease: 10, now })
    t.equal(jobs[0]!.lease!.attempt, 1)
    await queueStatus(redis, 'mail', { now: now + 15 })
    t.equal(await restore(redis, 'mail', jobs, { now: now + 16 }), 1)
    t.match(await job(redis, 'mail', '1', { now: now + 16 }), { state: 'waiting', lost: 0 })
  }
  t.match(await queueStatus(redis, 'mail', { now: 300 }), { lost: 0, counts: { waiting: 1 } })
})

test('a delivery that never reached its client brings back a job that its ' +
  'loss had failed', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}', max_lost: 1 }], { now: 100 })
  const jobs = await take(redis, 'mail', { lease: 10, now: 100 })
  t.match(await job(redis, 'mail', '1', { now: 111 }), { state: 'failed', lost: 1 })
  t.equal(await restore(redis, 'mail', jobs, { now: 112 }), 1)
  t.match(await job(redis, 'mail', '1', { now: 112 }), { state: 'waiting', lost: 0, attempt: 0 })
})

test('max_lost over HTTP: on pushes, batches, schedules and in the policy', async t => {
  const { app, url } = await listen(t)
  const send = async (method: string, path: string, body: unknown = {}) =>
    await fetch(url + path, { method, headers: json, body: JSON.stringify(body) })
  for (const value of ['1', '1000', 'null']) {
    t.equal((await send('POST', `/q/mail?max_lost=${value}`)).status, 201, value)
    t.equal((await send('PUT', `/q/mail?max_lost=${value}`)).status, 201, value)
    t.equal((await send('POST', `/qb/mail?max_lost=${value}`, { jobs: [{}] })).status, 201, value)
    const schedule = { queue: 'mail', every: 60, payload: {}, max_lost: JSON.parse(value) }
    t.match((await send('PUT', `/schedule/s${value}`, schedule)).status, 201, value)
    t.match(await (await fetch(`${url}/schedule/s${value}`)).json(), {
      max_lost: JSON.parse(value)
    })
    t.equal(
      (await send('POST', '/control/mail', { max_lost: JSON.parse(value) })).status,
      200,
      value
    )
    const { policy } = (await (await fetch(`${url}/status/mail`)).json()) as { policy: object }
    t.match(policy, { max_lost: JSON.parse(value) })
  }
  const sentence = 'max_lost must be a whole number from 1 to 1000, or null for no bound'
  for (const value of ['0', '-1', '1001', '1.5', 'none', '', 'true']) {
    for (const path of ['/q/mail', '/qb/mail']) {
      const answer = await send(
        'POST',
        `${path}?max_lost=${value}`,
        path === '/q/mail' ? {} : { jobs: [{}] }
      )
      t.same([answer.status, await answer.json()], [400, { error: sentence }], `${path} ${value}`)
    }
  }
  for (const value of [0, 1001, 1.5, 'x', [], {}]) {
    const answer = await send('POST', '/control/mail', { max_lost: value })
    t.same([answer.status, await answer.json()], [400, { error: sentence }], JSON.stringify(value))
  }
  t.match(JSON.parse((await app.redis.hget('{mail}:details', '1'))!), { max_lost: 1 })
})
