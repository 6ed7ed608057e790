import { test } from 'tap'
import { cancelAll, retryAll } from '../../../operations/job/bulk.ts'
import { nack } from '../../../operations/job/nack.ts'
import { push } from '../../../operations/job/push.ts'
import { take } from '../../../operations/job/take.ts'
import { errorGroup, errorGroups } from '../../../operations/failure/error-group.ts'
import { fingerprintOf } from '../../../operations/failure/fingerprint.ts'
import { purge, queueStatus } from '../../../operations/queue/queue.ts'
import { setPolicy } from '../../../operations/queue/policy.ts'
import { queueKey } from '../../../operations/redis/keys.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import { build } from '../../support/server/app.ts'

interface Failing { error?: string | undefined, delay?: number, retry?: boolean }

interface By { now?: number, worker?: string }

/** Pushes, takes and nacks as many jobs as there are failures, in batches; at 100 unless told. */
async function fail (
  redis: RedisClient, failures: Failing[], by: By = { now: 100 }
): Promise<void> {
  const { now, worker = 'w1' } = by
  for (let i = 0; i < failures.length; i += 500) {
    const some = failures.slice(i, i + 500)
    const at = now === undefined ? {} : { now }
    await push(redis, 'mail', some.map(() => ({ payload: '{}' })), at)
    const taken = await take(redis, 'mail', { lease: 10, count: some.length, worker, ...at })
    const nacks = taken.map(({ id, lease }, n) => ({ id, receipt: lease!.receipt, ...some[n]! }))
    await nack(redis, 'mail', nacks, at)
  }
}

const said = (type: string, message: string) => JSON.stringify({ type, message })
const groups = async (redis: RedisClient, now = 100) =>
  await errorGroups(redis, 'mail', 1000, { now })

// 30 kinds, with 490 messages: the first ten kinds have 30 each, the others 9 or 10.
const kinds = Array.from({ length: 30 }, (_, kind) => {
  const word = 'abcdefghij'.charAt(kind % 10).repeat(3 + Math.floor(kind / 10))
  const forms = [
    (n: number) => `no ${word} for user ${n} at 10.0.${n}.7`,
    (n: number) => `cannot read '${word}${'x'.repeat(n)}' of undefined (${word})`,
    (n: number) => `${word} 0x${(4096 + n).toString(16)} is gone after ${n}.5 s`
  ]
  return { type: `Error${word}`, form: forms[kind % 3]!, messages: kind < 10 ? 29 : 10 }
})

test('every error that a worker may send ends its delivery, and has a group', async t => {
  const { redis } = await build(t)
  const deep = `${'['.repeat(2000)}${']'.repeat(2000)}`
  const odd = [
    '{"message":"\\udc80 \\u0000"}', '{"message":"\\ud800"}', '{"type":"\\ud800\\ud800"}',
    '{"message":"\\ud83d\\ude00"}', `{"message":"${'x'.repeat(299)}\\ud83d\\ude00"}`,
    '{"message":"\\u2028\\n\\t\\u0000","fingerprint":"\\udfff"}', `{"message":${deep}}`, deep,
    '{"message":{"a":1e400},"type":7}', '"text"', 'null', '7', '{}', '{"message":""}'
  ]
  await fail(redis, odd.map(error => ({ error, retry: false })))
  const { counts } = await queueStatus(redis, 'mail', { now: 100 })
  t.match(counts, { failed: odd.length, active: 0 })
  const found = await groups(redis)
  t.equal(found.reduce((sum, { count }) => sum + count, 0), odd.length)
  for (const { fingerprint } of found) {
    t.ok(await errorGroup(redis, 'mail', fingerprint, { now: 100 }), fingerprint)
  }
})

test('5000 failed jobs of 30 kinds with 490 messages are 30 groups, each with its true count, ' +
  'and the kind that grows now is first', async t => {
  const { redis } = await build(t)
  const truth = new Map<string, number>()
  const failures = Array.from({ length: 5000 }, (_, i) => {
    const kind = kinds[i % 30]!
    const error = said(kind.type, kind.form(Math.floor(i / 30) % kind.messages))
    truth.set(kind.type, (truth.get(kind.type) ?? 0) + 1)
    return { error, retry: i % 4 !== 0, delay: 1e6 }
  })
  t.equal(new Set(failures.map(({ error }) => error)).size, 490)
  await fail(redis, failures)
  const last = said(kinds[7]!.type, kinds[7]!.form(3))
  await fail(redis, [{ error: last, retry: false }], { now: 400 })
  truth.set(kinds[7]!.type, truth.get(kinds[7]!.type)! + 1)
  const found = await groups(redis, 401)
  t.equal(found.length, 30)
  t.strictSame(new Map(found.map(({ type, count }) => [type!, count])), new Map(
    found.map(({ type }) => [type!, truth.get(type!)!])
  ))
  t.equal(found[0]!.type, kinds[7]!.type)
  t.strictSame(found.map(group => group.failures_per_minute > 0), [
    true, ...Array.from({ length: 29 }, () => false)
  ])
  const sum = (name: 'retrying' | 'failed' | 'count') =>
    found.reduce((total, group) => total + group[name], 0)
  t.strictSame([sum('count'), sum('retrying'), sum('failed')], [5001, 3750, 1251])
  const { counts } = await queueStatus(redis, 'mail', { now: 401 })
  t.match(counts, { retrying: 3750, failed: 1251 })
})

test('a group tells its first and last failure, its workers, its rates and its last three ' +
  'samples', async t => {
  const { redis } = await build(t)
  const one = (n: number) => [{ error: said('E', `no user ${n}`), delay: 0 }]
  for (let n = 1; n <= 4; n++) await fail(redis, one(n), { now: 60 * n, worker: `w${n}` })
  await fail(redis, one(5), { now: 60 * 5 + 1, worker: 'w4' })
  const [group] = await groups(redis, 302)
  t.match(group, {
    queue: 'mail',
    type: 'E',
    message: 'no user 1',
    count: 5,
    first_seen: 60,
    last_seen: 301,
    failures_per_minute: 2,
    retrying: 0,
    failed: 0,
    workers: ['w4', 'w3', 'w2', 'w1']
  })
  const found = await errorGroup(redis, 'mail', group!.fingerprint, { now: 302 })
  t.match(found, {
    ...group,
    rates: { times: [60, 120, 180, 240, 300], failures: [1, 1, 1, 1, 1] },
    samples: [{ at: 301, worker_id: 'w4' }, { at: 240, worker_id: 'w4' }, { at: 180 }]
  })
  t.equal(found!.samples.length, 3)
  t.match(found!.samples.map(({ message }) => message), ['no user 5', 'no user 4', 'no user 3'])
  const later = await errorGroup(redis, 'mail', group!.fingerprint, { now: 60 * 1443 })
  t.strictSame(later!.rates.times, [240, 300], 'minutes of more than a day ago are not told')
  t.equal(await errorGroup(redis, 'mail', '000000000000'), null)
})

test('a day of failures in each minute keeps a day of rates', async t => {
  const { redis } = await build(t)
  const [begun, minutes] = [28_000_000, 1500]
  for (let n = 0; n < minutes; n++) {
    await fail(redis, [{ error: said('E', 'no'), retry: false }], { now: 60 * (begun + n) })
    if (n % 100 === 0) await cancelAll(redis, 'mail', 'failed')
  }
  const now = 60 * (begun + minutes - 1)
  const fingerprint = fingerprintOf(said('E', 'no'))
  const { rates, count } = (await errorGroup(redis, 'mail', fingerprint, { now }))!
  t.equal(count, minutes)
  t.equal(rates.times.length, 1440)
  t.ok(await redis.hstrlen(queueKey('mail', 'errors'), `r${fingerprint}`) < 16_000)
})

test('an expired lease is a failure of its own kind', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { max_lost: 2 })
  await push(redis, 'mail', [{ payload: '{}' }], { now: 100 })
  await take(redis, 'mail', { lease: 10, worker: 'w1', now: 100 })
  t.match(await groups(redis, 110), [
    { type: 'lost', message: 'the lease ran out', count: 1, failed: 0, workers: ['w1'] }
  ])
  await take(redis, 'mail', { lease: 10, now: 110 })
  const found = await groups(redis, 120)
  t.match(found, [{ count: 2, failed: 1 }])
  t.equal(found[0]!.fingerprint, fingerprintOf(said('lost', 'the lease ran out')))
})

test('a retry or a cancel of a group touches all of it and no other job, also while more ' +
  'come', async t => {
  const { redis } = await build(t)
  const [a, b] = [said('A', 'no'), said('B', 'no')]
  for (const state of ['failed', 'retrying'] as const) {
    const how = state === 'failed' ? { retry: false } : { delay: 1e6 }
    const errors = (count: number, error: string) =>
      Array.from({ length: count }, () => ({ error, ...how }))
    for (const way of ['retry', 'cancel'] as const) {
      await purge(redis, 'mail')
      for (let i = 0; i < 3; i++) await fail(redis, [...errors(400, a), ...errors(400, b)], {})
      const options = { filter: { error: fingerprintOf(a) } }
      const going = way === 'retry'
        ? retryAll(redis, 'mail', state, Infinity, options).then(({ count }) => count)
        : cancelAll(redis, 'mail', state, Infinity, options)
      await fail(redis, errors(50, b), {})
      for (let i = 0; i < 5; i++) await fail(redis, errors(10, a), {})
      const count = await going
      const name = `${way} of ${state}`
      t.ok(count >= 1200 && count <= 1250, `${name}: ${count}`)
      const found = await errorGroups(redis, 'mail', 1000)
      const left = new Map(found.map(one => [one.type, one[state]]))
      t.equal(left.get('B'), 1250, name)
      const { counts } = await queueStatus(redis, 'mail')
      t.equal(counts[state], 1250 + left.get('A')!, name)
      if (way === 'cancel') t.equal(count + left.get('A')!, 1250, name)
    }
  }
})

test('a limit holds for a group as well', async t => {
  const { redis } = await build(t)
  const error = said('A', 'no')
  await fail(redis, Array.from({ length: 9 }, () => ({ error, retry: false })))
  const options = { filter: { error: fingerprintOf(error) }, now: 101 }
  t.equal(await cancelAll(redis, 'mail', 'failed', 4, options), 4)
  t.equal((await retryAll(redis, 'mail', 'failed', 2, options)).count, 2)
  t.match(await groups(redis, 101), [{ count: 9, failed: 3 }])
})

test('what an older version has moved on is not touched, and counts no more then', async t => {
  const { redis } = await build(t)
  const error = said('A', 'no')
  for (const state of ['failed', 'retrying'] as const) {
    const how = state === 'failed' ? { retry: false } : { delay: 1e6 }
    for (const way of ['retry', 'cancel'] as const) {
      await purge(redis, 'mail')
      await fail(redis, Array.from({ length: 3 }, () => ({ error, ...how })))
      const from = state === 'failed' ? 'failed' : 'delayed'
      await redis.zrem(queueKey('mail', from), 'a1')
      await redis.rpush(queueKey('mail', 'ready'), '1')
      const options = { filter: { error: fingerprintOf(error) }, now: 101 }
      if (way === 'retry') await retryAll(redis, 'mail', state, Infinity, options)
      else await cancelAll(redis, 'mail', state, Infinity, options)
      const { counts } = await queueStatus(redis, 'mail', { now: 101 })
      const waiting = way === 'retry' ? 3 : 1
      t.match(counts, { waiting, failed: 0, delayed: 0 }, `${way} ${state}`)
      t.match(await groups(redis, 101), [{ retrying: 0, failed: 0 }], `${way} ${state}`)
      t.equal(await redis.exists(queueKey('mail', 'grouped')), 0)
    }
  }
})

test('a queue keeps the 1000 groups that were seen last', async t => {
  const { redis } = await build(t)
  const letters = (n: number) => n.toString(36).replaceAll(/\d/g, digit => 'zyxwvutsrq'[+digit]!)
  const failures = Array.from({ length: 1200 }, (_, n) => ({
    error: JSON.stringify({ fingerprint: `own ${n}`, message: letters(n) }), retry: false
  }))
  await fail(redis, failures.slice(0, 500), { now: 100 })
  await fail(redis, failures.slice(500), { now: 200 })
  const found = await groups(redis, 200)
  t.equal(found.length, 1000)
  t.equal(found.filter(({ last_seen: at }) => at === 200).length, 700)
  t.equal(await redis.hlen(queueKey('mail', 'errors')), 1000)
  await fail(redis, [failures[0]!], { now: 300 })
  const [again] = await groups(redis, 300)
  t.match(again, { count: again!.count, failed: 2 }, 'jobs of before are of the group again')
})

test('the groups of failures of a promoted, acked or discarded job lose it', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { max_failed: 2 })
  const error = said('A', 'no')
  await fail(redis, Array.from({ length: 5 }, () => ({ error, retry: false })))
  t.match(await groups(redis), [{ count: 5, failed: 2 }])
  await fail(redis, Array.from({ length: 3 }, () => ({ error, delay: 10 })))
  t.match(await groups(redis, 109), [{ count: 8, failed: 2, retrying: 3 }])
  t.match(await groups(redis, 110), [{ count: 8, failed: 2, retrying: 0 }])
  await purge(redis, 'mail')
  t.strictSame(await groups(redis, 110), [])
})

test('a plain queue has none of these keys', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}' }], { now: 100 })
  await take(redis, 'mail', { lease: 10, now: 100 })
  const names = ['grouped', 'errors', 'errors_seen', 'retrying'] as const
  t.equal(await redis.exists(...names.map(name => queueKey('mail', name))), 0)
})
