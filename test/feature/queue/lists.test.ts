import { test, type Test } from 'tap'
import { cancelAll, retryAll } from '../../../operations/job/bulk.ts'
import { nack } from '../../../operations/job/nack.ts'
import { push } from '../../../operations/job/push.ts'
import { take } from '../../../operations/job/take.ts'
import type { JobFilter } from '../../../operations/job-filter.ts'
import { countJobs, scanJobs } from '../../../operations/list/scan.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import { purge } from '../../../operations/queue/queue.ts'
import { FlowingQueue, flows, type FlowingState } from '../../support/flowing-queue.ts'
import { Random } from '../../support/random.ts'
import { build } from '../../support/server/app.ts'

const states: FlowingState[] = ['waiting', 'delayed', 'retrying', 'active', 'failed']

async function flow (queue: FlowingQueue, steps: number): Promise<void> {
  for (let n = 0; n < steps; n++) await queue[queue.random.pick(flows)]()
}

/** The jobs that stay in a state while a list of it is read, and those that were listed. */
async function readWhileFlowing (
  queue: FlowingQueue, state: FlowingState, order: 'asc' | 'desc', filter: JobFilter
): Promise<{ stayed: Set<string>, listed: string[] }> {
  const { redis, random } = queue
  let stayed = await queue.idsIn(state)
  const listed: string[] = []
  for (let after: string | null = ''; after !== null;) {
    const limit = random.pick([1, 5, 20])
    const scan = { state, order, after, limit, filter, now: queue.now }
    const { jobs, next } = await scanJobs(redis, 'mail', scan)
    listed.push(...jobs.map(({ id }) => id))
    after = next
    for (let n = after === null ? 0 : random.below(4); n > 0; n--) {
      await flow(queue, 1)
      const there = await queue.idsIn(state)
      stayed = new Set([...stayed].filter(id => there.has(id)))
    }
  }
  return { stayed, listed }
}

async function matching (redis: RedisClient, ids: Set<string>, state: FlowingState, text: string) {
  const { jobs } = await scanJobs(redis, 'mail', { state, limit: 250, filter: { text } })
  return jobs.filter(({ id }) => ids.has(id)).map(({ id }) => id)
}

// One that was taken, and was put back unseen, may be listed at both places.
function compare (t: Test, what: string, stayed: Iterable<string>, listed: string[]): void {
  const [known, there] = [new Set(listed), new Set(stayed)]
  const missing = [...there].filter(id => !known.has(id))
  const twice = listed.filter((id, i) => there.has(id) && listed.indexOf(id) !== i)
  t.same({ missing, twice }, { missing: [], twice: [] }, `${what}: ${listed.length} listed`)
}

for (const text of [undefined, '"ann"']) {
  const which = text === undefined ? 'each job' : 'each job that matches a filter'
  test(`${which} is listed once if it stays while others come and go`, async t => {
    const random = new Random()
    t.comment(`FUZZ_SEED=${random.seed}`)
    const { redis } = await build(t)
    for (const state of states) {
      for (const order of ['asc', 'desc'] as const) {
        const queue = new FlowingQueue(redis, random)
        await queue.fill(state)
        await flow(queue, 30)
        const { stayed, listed } = await readWhileFlowing(queue, state, order, { text })
        const wanted = text === undefined ? stayed : await matching(redis, stayed, state, text)
        compare(t, `${state} ${order}`, wanted, listed)
        await purge(redis, 'mail')
      }
    }
  })
}

const many = (count: number, payload: (n: number) => object, more = {}) => {
  return Array.from({ length: count }, (_, n) => ({ payload: JSON.stringify(payload(n)), ...more }))
}

test('one job of many is found in slices, which tell how far they are', async t => {
  const { redis } = await build(t)
  for (let at = 0; at < 5000; at += 1000) {
    await push(redis, 'mail', many(1000, n => ({ order: at + n })))
  }
  const seen: number[] = []
  let found: string[] = []
  for (let after: string | null = ''; after !== null;) {
    const filter = { text: '"order":3456}' }
    const slice = await scanJobs(redis, 'mail', { state: 'waiting', after, limit: 10, filter })
    seen.push(slice.scanned)
    found = [...found, ...slice.jobs.map(({ payload }) => payload)]
    after = slice.next
  }
  t.strictSame(found, ['{"order":3456}'])
  t.strictSame(seen, [1000, 1000, 1000, 1000, 1000, 0])
})

test('a slice of large payloads is short', async t => {
  const { redis } = await build(t)
  const large = 'x'.repeat(300_000)
  await push(redis, 'mail', [...many(20, () => ({})), ...many(12, () => ({ large }))])
  const filter = { text: 'none' }
  const first = await scanJobs(redis, 'mail', { state: 'waiting', limit: 10, filter })
  t.ok(first.scanned >= 20 && first.scanned <= 30, `${first.scanned} jobs`)
  t.equal(await countJobs(redis, 'mail', { state: 'waiting', limit: Infinity, filter }), 0)
  const some = { text: '"large":"xx' }
  t.equal(await countJobs(redis, 'mail', { state: 'waiting', limit: Infinity, filter: some }), 12)
})

async function fail (redis: RedisClient, count: number, worker: string): Promise<void> {
  const taken = await take(redis, 'mail', { count, lease: 60, worker })
  const failures = taken.map(({ id, lease }) => ({ id, receipt: lease!.receipt, retry: false }))
  await nack(redis, 'mail', failures)
}

test('retry and cancel cover all that matches at their beginning, and nothing else', async t => {
  const { redis } = await build(t)
  const fill = async () => {
    for (let n = 0; n < 3; n++) await push(redis, 'mail', many(1000, n => ({ kind: n % 2 })))
  }
  await fill()
  for (let n = 0; n < 3; n++) await fail(redis, 1000, `w${n % 2}`)
  const counted = async (state: FlowingState, filter: JobFilter) => {
    return await countJobs(redis, 'mail', { state, limit: Infinity, filter })
  }
  const filter = { text: '"kind":1', worker: 'w*' }
  t.equal(await counted('failed', filter), 1500)
  t.equal(await counted('failed', { worker: 'w1' }), 1000)
  const retrying = retryAll(redis, 'mail', 'failed', Infinity, { filter })
  // Those that are redriven fail again at once, and others come.
  const meanwhile = async () => {
    for (let n = 0; n < 6; n++) await fail(redis, 300, 'w2')
  }
  const [retried] = await Promise.all([retrying, meanwhile()])
  t.same(retried, { count: 1500, duplicates: 0 })
  await fail(redis, 1000, 'w2')
  await fail(redis, 1000, 'w2')
  t.equal(await counted('failed', { text: '"kind":0' }), 1500)
  t.equal(await counted('failed', { worker: 'w2' }), 1500)
  t.equal(await cancelAll(redis, 'mail', 'failed', 700, { filter: { worker: 'w2' } }), 700)
  t.equal(await cancelAll(redis, 'mail', 'failed', Infinity, { filter: { text: ':1' } }), 800)
  t.equal(await counted('failed', {}), 1500)
})

test('jobs that wait are cancelled by a filter while others come and go', async t => {
  const { redis } = await build(t)
  for (let n = 0; n < 3; n++) {
    await push(redis, 'mail', many(500, n => ({ kind: n % 5 })))
    await push(redis, 'mail', many(100, n => ({ kind: n % 5 }), { tries: 3 }))
    await push(redis, 'mail', many(50, n => ({ kind: n % 5 }), { priority: 1 + 7 * (n % 2) }))
  }
  const filter = { text: '"kind":3' }
  const cancelling = cancelAll(redis, 'mail', 'waiting', Infinity, { filter })
  const late = async () => {
    for (let n = 0; n < 5; n++) await push(redis, 'mail', many(10, () => ({ kind: 3 })))
  }
  const [count] = await Promise.all([cancelling, late()])
  t.equal(count, 390)
  const left = await take(redis, 'mail', { count: 1000 })
  left.push(...(await take(redis, 'mail', { count: 1000 })))
  const late3 = left.filter(({ payload }) => payload === '{"kind":3}')
  t.strictSame([left.length, late3.length], [1560 + 50, 50])
})
