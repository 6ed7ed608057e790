import { test } from 'tap'
import { bench } from '../call.ts'

test('mark_worker_seen() keeps the ten thousand workers that were heard of last', async t => {
  const { redis, key, call } = await bench(t)
  const workers = Array.from({ length: 10_000 }, (_, i) => [i, `w${i}`]).flat()
  await redis.zadd(key('heard'), ...(workers as string[]))
  await redis.hset(key('workers'), 'processed:w0', 1, 'processed:w1', 1)
  await redis.hset(key('latest'), 'w0', '5 good 1')
  await call('mark_worker_seen', "mark_worker_seen(queue, 'new')", { now: 20_000 })
  t.equal(await redis.zcard(key('heard')), 10_000)
  t.equal(await redis.zscore(key('heard'), 'new'), '20000')
  t.equal(await redis.zscore(key('heard'), 'w0'), null)
  t.strictSame(await redis.hkeys(key('workers')), ['processed:w1'])
  t.equal(await redis.exists(key('latest')), 0)
})

test('is_held_by_quiet() is true of a job whose holder is to take no more', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('holders'), '1', '900 w 1', '2', '900 w2')
  await redis.zadd(key('quiet'), 900, 'w 1')
  const lua =
    'local found = {}\nfor i = 1, 3 do found[i] = is_held_by_quiet(queue, ' +
      'tostring(i)) or false end\nreturn found'
  t.strictSame(await call('is_held_by_quiet', lua), [true, false, false])
})
