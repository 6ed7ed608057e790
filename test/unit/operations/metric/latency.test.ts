import { test } from 'tap'
import { push } from '../../../../operations/job/push.ts'
import { Latencies, latency } from '../../../../operations/metric/latency.ts'
import { queueKey } from '../../../../operations/redis/keys.ts'
import { build } from '../../../support/server/app.ts'
import { Random } from '../../../support/random.ts'

// A minute of Redis's clock, and an hour: the first minute of its hour.
const begin = 1_700_002_800

type Draw = (next: () => number) => number

const distributions: Record<string, Draw> = {
  'all alike': () => 250,
  uniform: next => next() * 2000,
  exponential: next => -800 * Math.log(1 - next()),
  'log-normal': next => {
    const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
    return 3000 * Math.exp(1.8 * normal)
  },
  'two humps': next => next() < 0.9 ? 2 + next() * 8 : 30_000 + next() * 5000,
  'a long tail': next => 5 / (1 - next()) ** 1.5
}

function exact (sorted: number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
}

test('quantiles over three processes are within 3.2 % of the true ones', async t => {
  const { redis } = await build(t)
  const random = new Random(7)
  const processes = [new Latencies(), new Latencies(), new Latencies()]
  const truths = new Map<string, number[]>()
  for (const [name, draw] of Object.entries(distributions)) {
    const queue = name.replaceAll(' ', '-')
    await push(redis, queue, [{ payload: '{}' }])
    const all = processes.flatMap(one => {
      const next = () => random.below(1_000_000) / 1_000_000
      const values = Array.from({ length: 1500 }, () => Math.floor(draw(next)))
      one.waited(queue, values)
      one.ran(queue, values.map(value => 2 * value))
      return values
    })
    truths.set(queue, all.sort((a, b) => a - b))
  }
  for (const one of processes) await one.flush(redis, { now: begin + 60.2 })
  for (const [queue, sorted] of truths) {
    const { times, wait, run } = await latency(redis, queue, 60, { now: begin + 61 })
    t.strictSame([times, wait.count, run.count], [[begin], [4500], [4500]])
    for (const [share, name] of [[0.5, 'p50'], [0.95, 'p95'], [0.99, 'p99']] as const) {
      const truth = exact(sorted, share) / 1000
      const of = `${queue} ${name}: ${wait[name][0]} and ${run[name][0]} for ${truth}`
      t.ok(Math.abs(wait[name][0]! - truth) <= truth * 0.032, of)
      t.ok(Math.abs(run[name][0]! - 2 * truth) <= 2 * truth * 0.032, of)
    }
  }
})

test('an hour is that of all its jobs, and periods without any are left out', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}' }])
  const process = new Latencies()
  const minute = async (n: number, waits: number[], runs: number[] = []) => {
    process.waited('mail', waits)
    process.ran('mail', runs)
    await process.flush(redis, { now: begin + 60 * n + 60 })
  }
  await minute(0, [1, 1, 1])
  await minute(1, [])
  await minute(59, [9], [20])
  await minute(60, [5])
  const now = begin + 61 * 60
  const minutes = await latency(redis, 'mail', 60, { now })
  t.strictSame(minutes, {
    step: 60,
    times: [begin, begin + 59 * 60, begin + 3600],
    wait: {
      count: [3, 1, 1],
      p50: [0.001, 0.009, 0.005],
      p95: [0.001, 0.009, 0.005],
      p99: [0.001, 0.009, 0.005]
    },
    run: {
      count: [0, 1, 0],
      p50: [null, 0.02, null],
      p95: [null, 0.02, null],
      p99: [null, 0.02, null]
    }
  })
  t.match(await latency(redis, 'mail', 3600, { now }), {
    times: [begin, begin + 3600],
    wait: { count: [4, 1], p50: [0.001, 0.005], p95: [0.009, 0.005] },
    run: { count: [1, 0] }
  })
  t.strictSame((await latency(redis, 'mail', 60, { now: begin + 86_460 })).times.length, 2)
  t.strictSame((await latency(redis, 'mail', 3600, { now: begin + 90 * 86_400 })).times.length, 1)
})

test('a process that is half a minute late counts for its minute, later for the next', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}' }])
  const process = new Latencies()
  for (const at of [begin + 60, begin + 89.9, begin + 90]) {
    process.waited('mail', [1])
    await process.flush(redis, { now: at })
  }
  const { times, wait } = await latency(redis, 'mail', 60, { now: begin + 120 })
  t.strictSame([times, wait.count], [[begin, begin + 60], [2, 1]])
})

test('nothing is kept of a queue that was purged before its latencies came', async t => {
  const { redis } = await build(t)
  const process = new Latencies()
  process.waited('mail', [1])
  await process.flush(redis)
  const keys = (['latency', 'latency_hours'] as const).map(name => queueKey('mail', name))
  t.equal(await redis.exists(...keys), 0)
})

test('a process counts 2000 queues between two calls, and forgets them at each', async t => {
  const { redis } = await build(t)
  await push(redis, 'q2000', [{ payload: '{}' }])
  const process = new Latencies()
  for (let n = 0; n <= 2000; n++) process.waited(`q${n}`, [1])
  await process.flush(redis, { now: begin + 60 })
  t.strictSame((await latency(redis, 'q2000', 60, { now: begin + 60 })).times, [])
  process.waited('q2000', [1])
  await process.flush(redis, { now: begin + 60 })
  t.strictSame((await latency(redis, 'q2000', 60, { now: begin + 60 })).times, [begin])
})
