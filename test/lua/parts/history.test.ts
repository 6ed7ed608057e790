import { test } from 'tap'
import { bucketCount, bucketOf } from '../../../operations/metric/latency-bucket.ts'
import { bench } from '../call.ts'

test('bucket_time() is within a 32nd of each value that bucketOf() puts there', async t => {
  const { call } = await bench(t)
  const lua = `local all = {} for i = 0, ${bucketCount - 1} do all[i + 1] = bucket_time(i) end
    return all`
  const middles = await call('bucket_time', lua) as number[]
  const powers = Array.from({ length: 31 }, (_, n) => 2 ** n)
  const values = powers.flatMap(n => [n - 1, n, n + 1, Math.floor(n * 1.37), Math.floor(n * 1.99)])
  for (const value of values.filter(one => one < 2 ** 31)) {
    const middle = middles[bucketOf(value)]!
    t.ok(Math.abs(middle - value) <= value / 32, `${value} ${middle}`)
  }
  t.equal(middles.length, bucketCount)
  t.strictSame([-5, 0, 0.9, 31.5].map(bucketOf), [0, 0, 0, 31])
  t.equal(bucketOf(2 ** 31 - 1), bucketCount - 1)
  t.equal(bucketOf(1e15), bucketCount - 1, 'a longer time counts as the longest')
})

test('add_counts() adds up buckets, in their order', async t => {
  const { call } = await bench(t)
  const lua = `local buckets, counts, sum = add_counts(a, b)
    local words = { sum }
    for _, bucket in ipairs(buckets) do words[#words + 1] = bucket .. '=' .. counts[bucket] end
    return table.concat(words, ' ')`
  const merged = async (one: string, other: string) =>
    await call('add_counts', lua, { args: [one, other] })
  t.equal(await merged('40=2,300=1', '7=1,40=5'), '9 7=1 40=7 300=1')
  t.equal(await merged('7=1', ''), '1 7=1')
  t.equal(await merged('', ''), '0')
})

test('read_quantiles() reads quantiles at their ranks', async t => {
  const { call } = await bench(t)
  const of = async (counts: string) => await call(
    'add_counts read_quantiles', "return read_quantiles(add_counts(a, ''))",
    { args: [counts] }
  )
  t.strictSame(await of(''), ['0 0 0 0', ''])
  t.strictSame(await of('5=1'), ['1 5 5 5', '5=1'])
  t.strictSame(await of('3=1,5=1'), ['2 3 5 5', '3=1,5=1'])
  t.strictSame(await of('1=95,2=4,3=1'), ['100 1 1 2', '1=95,2=4,3=1'])
  t.strictSame(await of('1=94,2=4,3=2'), ['100 1 2 3', '1=94,2=4,3=2'])
})

test('add_latencies() keeps the counts of the last period, and the last periods', async t => {
  const { redis, key, call } = await bench(t)
  const add = async (period: number, waits: string, runs: string) => await call(
    'add_latencies', 'add_latencies(queue.keys.latency, tonumber(a), b, c, 3)',
    { args: [String(period), waits, runs], keys: 'latency' }
  )
  await add(7, '3=1', '')
  await add(7, '5=1', '9=2')
  const all = async () => await redis.lrange(key('latency'), 0, '-1')
  t.strictSame(await all(), ['7 2 3 5 5 2 9 9 9;3=1,5=1;9=2'])
  await add(8, '1=1', '')
  t.strictSame(await all(), ['7 2 3 5 5 2 9 9 9', '8 1 1 1 1 0 0 0 0;1=1;'])
  for (const period of [11, 12]) await add(period, '1=1', '')
  t.equal((await all()).length, 3)
  await add(8, '2=1', '')
  t.strictSame(
    await all(), ['8 1 2 2 2 0 0 0 0;2=1;'],
    'what lay ahead goes when the clock is set back, and the period begins anew'
  )
})

test('delete_ahead() deletes what lies ahead, and returns the last that is left', async t => {
  const { redis, key, call } = await bench(t)
  const drop = async (period: number) => await call(
    'delete_ahead', 'return delete_ahead(queue.keys.history, tonumber(a), 9)',
    { args: [String(period)], keys: 'history' }
  )
  t.equal(await drop(5), '')
  await redis.rpush(key('history'), '3 a', '5 b', '6 c')
  t.equal(await drop(6), '6 c')
  t.equal(await drop(5), '5 b')
  t.equal(await drop(1), '')
  t.equal(await redis.llen(key('history')), 0)
})
