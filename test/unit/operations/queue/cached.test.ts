import { test } from 'tap'
import { cacheFor, serveStale, shareCalls } from '../../../../operations/queue/cached.ts'
import type { RedisClient } from '../../../../operations/redis/store.ts'
import { build } from '../../../support/server/app.ts'

/** A search that ends when it is told to, and how often it was begun. */
function search () {
  const ends: Array<(found: number) => void> = []
  const find = async (): Promise<number> => await new Promise<number>(resolve => ends.push(resolve))
  return { find, ends }
}

test('lately() shares a search that is under way, however long ago it began', async t => {
  const redis: RedisClient = (await build(t)).redis
  const { find, ends } = search()
  const look = cacheFor(redis, 0, find)
  const first = look()
  await redis.ping()
  const second = look()
  t.equal(ends.length, 1)
  ends[0]!(7)
  t.strictSame(await Promise.all([first, second]), [7, 7])
})

test('lately() searches again after a failure, and tells it to those alone who waited', async t => {
  const redis: RedisClient = (await build(t)).redis
  let count = 0
  const look = cacheFor(redis, 60_000, async () => {
    if (count++ === 0) throw new Error('away')
    return count
  })
  const both = await Promise.allSettled([look(), look()])
  t.strictSame(
    both.map(({ status }) => status),
    ['rejected', 'rejected']
  )
  t.equal(await look(), 2)
  t.equal(await look(), 2, 'which is kept')
})

test('shared() never answers with a value that was looked up before the question', async t => {
  const { find, ends } = search()
  const look = shareCalls(find)
  const first = look()
  const later = [look(), look(), look()]
  t.equal(ends.length, 1)
  ends[0]!(1)
  t.equal(await first, 1)
  await new Promise(resolve => setImmediate(resolve))
  t.equal(ends.length, 2)
  ends[1]!(2)
  t.strictSame(await Promise.all(later), [2, 2, 2])
  const last = look()
  t.equal(ends.length, 3)
  ends[2]!(3)
  t.equal(await last, 3)
})

test('meanwhile() answers with what it knows while it looks anew, where that takes long, ' +
  'and else with what it finds', async t => {
  const redis: RedisClient = (await build(t)).redis
  const { find, ends } = search()
  const look = serveStale(redis, 60_000, find, found => found >= 10)
  const first = look()
  ends[0]!(10)
  t.equal(await first, 10)
  t.equal(await look(), 10, 'known')
  t.equal(await look(), 10)
  t.equal(ends.length, 2, 'and one look is under way')
  ends[1]!(9)
  await new Promise(resolve => setImmediate(resolve))
  const third = look()
  ends[2]!(8)
  t.equal(await third, 8, 'nine were found fast')
})

test('meanwhile() waits for what it finds where what it knows is too old', async t => {
  const redis: RedisClient = (await build(t)).redis
  const { find, ends } = search()
  const look = serveStale(redis, -1, find, () => true)
  for (const found of [1, 2]) {
    const one = look()
    ends.at(-1)!(found)
    t.equal(await one, found)
  }
})
