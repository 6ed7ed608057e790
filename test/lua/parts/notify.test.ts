import { once } from 'node:events'
import { test } from 'tap'
import { bench } from '../call.ts'

test('wake_waiter() forgets servers that are gone, ' +
  'and lets those that are there take turns', async t => {
  const { redis, key, call } = await bench(t)
  const subscriber = redis.duplicate({ enableOfflineQueue: true })
  t.teardown(() => subscriber.disconnect())
  const prefix = redis.options.keyPrefix ?? ''
  const channel = (server: string) => `${prefix}${key('waiters')}:${server}`
  await subscriber.subscribe(channel('b'), channel('c'))
  await redis.zadd(key('waiters'), 1, 'a', 2, 'b', 3, 'c')
  const message = once(subscriber, 'message')
  t.equal(await call('wake_waiter', 'return wake_waiter(queue, 1250)'), true)
  t.strictSame(await message, [channel('b'), 'look 250'])
  t.strictSame(await redis.zrange(key('waiters'), 0, '-1', 'WITHSCORES'), ['c', '3', 'b', '1000'])
  await redis.del(key('waiters'))
  t.equal(await call('wake_waiter', 'return wake_waiter(queue, 0)'), false)
})

test('register_waiter() tells when a job may be had: the first that is due, ' +
  'or whose lease ends', async t => {
  const { redis, key, call } = await bench(t)
  const register = async (again: string, isHungry = true) =>
    await call(
      'register_waiter',
      `return register_waiter(queue, 's1', ${isHungry}, ${again}) or 'unknown'`
    )
  t.equal(await register('nil', false), 'unknown')
  t.equal(await redis.exists(key('waiters')), 0)
  t.equal(await register('nil'), 'unknown')
  t.strictSame(await redis.zrange(key('waiters'), 0, '-1'), ['s1'])
  await redis.zadd(key('delayed'), 5000, 'a1')
  await redis.zadd(key('active'), 4000, 'a2')
  t.equal(await register('nil'), 4000)
  t.equal(await register('3000'), 3000)
  await redis.hset(key('policy'), 'stopped', 1)
  t.equal(await register('3000'), 'unknown')
})

test('register_watcher() notes each server once, ' +
  'and keeps what tells the job from others', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('jobs'), '1', '\0\0\0\0\0\x05{}')
  for (const server of ['s1', 's12', 's1']) {
    await call('register_watcher', "register_watcher(queue, '1', a)", { args: [server] })
  }
  t.equal(await redis.hget(key('watchers'), '1'), 's1 s12')
  t.same(JSON.parse((await redis.hget(key('details'), '1'))!), { awaited: true, born: '5' })
})

test('wake_watcher() tells a server that is there, and takes none off', async t => {
  const { redis, key, call } = await bench(t)
  const subscriber = redis.duplicate({ enableOfflineQueue: true })
  t.teardown(() => subscriber.disconnect())
  const channel = `${redis.options.keyPrefix ?? ''}${key('waiters')}:b2`
  await subscriber.subscribe(channel)
  await redis.hset(key('watchers'), '7', 'a1 b2')
  const message = once(subscriber, 'message')
  await call('wake_watcher publish', 'wake_watcher(queue)')
  t.strictSame(await message, [channel, 'done 7'])
  t.equal(await redis.hget(key('watchers'), '7'), 'a1 b2')
})
