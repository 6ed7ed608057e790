// How long a search keeps Redis busy. One job of very many is searched by a text in its payload,
// then others are retried and cancelled by filters. SLOWLOG knows how long the commands took, on a
// busy machine with the time in which Redis had no processor; so its own CPU time stands beside.
// `node --import tsx bench/scale/search.ts [jobs]`; by default 1 000 000.
import { cancelAll, retryAll } from '../../operations/job/bulk.ts'
import { nack } from '../../operations/job/nack.ts'
import { push } from '../../operations/job/push.ts'
import { take } from '../../operations/job/take.ts'
import type { JobFilter } from '../../operations/job-filter.ts'
import { scanJobs } from '../../operations/list/scan.ts'
import type { RedisClient } from '../../operations/redis/store.ts'
import type { ListedState } from '../../schemas/job.ts'
import { perform, spread, type Figure } from '../stage.ts'

const [jobs = 1_000_000] = process.argv.slice(2).map(Number)
const longestMs = 10
const noticedMs = 0.5

const payload = (n: number, size = 0) => JSON.stringify({
  to: 'ann@example.org', order: n, kind: n % 100, text: 'x'.repeat(size)
})

type Measured = (what: string, act: () => Promise<number>) => Promise<void>

await perform(`${jobs} jobs`, async ({ redis }) => {
  const figures: Figure[] = []
  const measured: Measured = async (what, act) => {
    figures.push(...(await watched(redis, what, act)))
  }
  for (const part of [ofPlainJobs, ofOthers, ofFailed, ofLarge]) {
    await part(redis, measured)
    await redis.flushdb()
  }
  return figures
})

function needle (): JobFilter {
  return { text: `"order":${Math.floor(jobs * 0.7)},` }
}

async function ofPlainJobs (redis: RedisClient, measured: Measured): Promise<void> {
  await fill(redis, jobs, {})
  await measured('search of plain jobs', async () => await search(redis, 'waiting', needle()))
  await measured('cancel of 1 % of them', async () => {
    return await cancelAll(redis, 'mail', 'waiting', Infinity, { filter: { text: '"kind":7,' } })
  })
}

async function ofOthers (redis: RedisClient, measured: Measured): Promise<void> {
  await fill(redis, jobs, { tries: 3 })
  await measured('search of other jobs', async () => await search(redis, 'waiting', needle()))
}

async function ofFailed (redis: RedisClient, measured: Measured): Promise<void> {
  const failed = Math.min(jobs, 100_000)
  await fill(redis, failed, {})
  await fail(redis)
  const filter = { text: '"kind":7,', worker: 'w1' }
  await measured(`search of ${failed} failed jobs`, async () => {
    return await search(redis, 'failed', filter)
  })
  await measured('retry of 1 % of them', async () => {
    return (await retryAll(redis, 'mail', 'failed', Infinity, { filter })).count
  })
  await measured('cancel of 10 % of them', async () => {
    return await cancelAll(redis, 'mail', 'failed', Infinity, { filter: { text: '7,"text"' } })
  })
}

async function ofLarge (redis: RedisClient, measured: Measured): Promise<void> {
  await fill(redis, 2000, {})
  await fill(redis, 1000, {}, 300_000)
  await measured('search of payloads of 300 kB', async () => {
    return await search(redis, 'waiting', needle())
  })
}

async function fill (redis: RedisClient, count: number, more: object, size = 0): Promise<void> {
  const step = size > 0 ? 10 : 1000
  for (let n = 0; n < count; n += step) {
    const numbers = Array.from({ length: step }, (_, i) => n + i)
    await push(redis, 'mail', numbers.map(order => ({ payload: payload(order, size), ...more })))
  }
}

async function fail (redis: RedisClient): Promise<void> {
  for (;;) {
    const taken = await take(redis, 'mail', { count: 1000, lease: 60, worker: 'w1' })
    if (taken.length === 0) return
    await nack(redis, 'mail', taken.map(({ id, lease }) => {
      return { id, receipt: lease!.receipt, retry: false, error: '{"type":"E","message":"no"}' }
    }))
  }
}

async function search (redis: RedisClient, state: ListedState, filter: JobFilter): Promise<number> {
  let found = 0
  for (let after: string | null = ''; after !== null;) {
    const slice = await scanJobs(redis, 'mail', { state, after, filter, limit: 1000 })
    found += slice.jobs.length
    after = slice.next
  }
  return found
}

// SLOWLOG keeps the longest commands, in microseconds.
async function watched (
  redis: RedisClient, what: string, act: () => Promise<number>
): Promise<Figure[]> {
  await redis.config('SET', 'slowlog-log-slower-than', String(noticedMs * 1000))
  await redis.config('SET', 'slowlog-max-len', '10000')
  await redis.call('SLOWLOG', 'RESET')
  const before = await spent(redis)
  const since = performance.now()
  const count = await act()
  const tookMs = performance.now() - since
  const entries = (await redis.call('SLOWLOG', 'GET', '-1')) as Array<[number, number, number]>
  const after = await spent(redis)
  const calls = after.calls - before.calls
  const cpu = (after.ms - before.ms) / calls
  const times = entries.map(([, , us]) => us / 1000)
  return [
    { what: `${what}: ${count} jobs`, value: tookMs / 1000, unit: 's' },
    { what: '  scripts', value: calls, unit: '' },
    { what: '  CPU time of each', value: cpu, unit: 'ms', most: longestMs },
    ...spread(`  commands of more than ${noticedMs} ms`, 'ms', times)
  ]
}

// The CPU time of the main thread, and how many scripts it has run.
async function spent (redis: RedisClient): Promise<{ ms: number, calls: number }> {
  const told = await redis.info('cpu', 'commandstats')
  const [user = NaN, system = NaN, calls = NaN] = [
    /used_cpu_user_main_thread:([\d.]+)/,
    /used_cpu_sys_main_thread:([\d.]+)/,
    /cmdstat_evalsha:calls=(\d+)/
  ].map(form => Number(form.exec(told)?.[1]))
  return { ms: 1000 * (user + system), calls }
}
