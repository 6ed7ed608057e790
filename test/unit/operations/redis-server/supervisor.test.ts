import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import {
  ask,
  hears,
  isAlive,
  only,
  place,
  start,
  withPath
} from '../../../support/redis/private-redis.ts'

test('a job that was written is there again after stop and start', async t => {
  const folder = place(t)
  const first = await start(t, folder)
  await ask(first.redis.socket, 'SET', 'job', '1')
  await first.redis.stop()
  const second = await start(t, folder)
  t.equal(await ask(second.redis.socket, 'GET', 'job'), '1')
})

test('every write is on disk before it is answered, and nothing is ever evicted', async t => {
  const { redis } = await start(t, place(t))
  const settings = await ask(
    redis.socket,
    'CONFIG',
    'GET',
    'append*',
    'maxmemory-policy',
    'port',
    'save'
  )
  t.match(Object.fromEntries(pairs(settings as string[])), {
    appendonly: 'yes',
    appendfsync: 'always',
    'maxmemory-policy': 'noeviction',
    port: '0',
    save: ''
  })
})

test('stop() may be called twice, and leaves no process and no socket', async t => {
  const { redis } = await start(t, place(t))
  const pid = redis.pid()!
  await Promise.all([redis.stop(), redis.stop()])
  t.equal(redis.pid(), undefined)
  t.notOk(isAlive(pid))
  t.notOk(existsSync(redis.socket))
})

test('a redis that is killed comes back by itself with its data, again and again', async t => {
  const started = await start(t, place(t))
  const { redis } = started
  await ask(redis.socket, 'SET', 'job', '1')
  for (let times = 0; times < 3; times++) {
    const pid = redis.pid()!
    process.kill(pid, 'SIGKILL')
    await hears(started, /is back/)
    t.not(redis.pid(), pid)
    t.equal(await ask(redis.socket, 'GET', 'job'), '1')
  }
})

test('stop() while a restart is being put off leaves nothing behind', async t => {
  const started = await start(t, place(t))
  const { redis } = started
  process.kill(redis.pid()!, 'SIGKILL')
  await hears(started, /is back/)
  process.kill(redis.pid()!, 'SIGKILL')
  await hears(started, /ended \(SIGKILL\)/)
  await redis.stop()
  t.equal(redis.pid(), undefined)
  t.notOk(existsSync(redis.socket))
  t.strictSame(started.said, [])
})

test('stop() while it is being started again leaves nothing behind', async t => {
  const started = await start(t, place(t))
  const { redis } = started
  process.kill(redis.pid()!, 'SIGKILL')
  await hears(started, /ended \(SIGKILL\)/)
  while (redis.pid() === undefined) await new Promise(setImmediate)
  const pid = redis.pid()!
  await redis.stop()
  t.notOk(isAlive(pid))
})

test('a file of jobs that redis cannot read is refused with what redis says, ' +
  'and gives the folder free', async t => {
  const folder = place(t)
  const { redis } = await start(t, folder)
  await ask(redis.socket, 'SET', 'job', '1')
  await redis.stop()
  const file = join(
    folder,
    'appendonlydir',
    readdirSync(join(folder, 'appendonlydir')).find(name => name.endsWith('.aof'))!
  )
  appendFileSync(file, 'garbage\r\n')
  for (let times = 0; times < 2; times++) {
    await t.rejects(start(t, folder), {
      message:
        /^the private redis could not start in .*: Bad file format reading the append only file.*$/
    })
  }
})

test('a restart that fails is tried again, and the sentence of redis is told', async t => {
  const folder = place(t)
  const started = await start(t, folder)
  const file = join(
    folder,
    'appendonlydir',
    readdirSync(join(folder, 'appendonlydir')).find(name => name.endsWith('.aof'))!
  )
  appendFileSync(file, 'garbage\r\n')
  process.kill(started.redis.pid()!, 'SIGKILL')
  await hears(started, /could not start in .*Bad file format/)
  writeFileSync(file, '')
  await hears(started, /is back/)
})

test('a long load is waited for', async t => {
  const folder = place(t)
  const { redis } = await start(t, folder)
  await redis.stop()
  const file = join(
    folder,
    'appendonlydir',
    readdirSync(join(folder, 'appendonlydir')).find(name => name.endsWith('.aof'))!
  )
  appendFileSync(
    file,
    '*3\r\n$5\r\nDEBUG\r\n$5\r\nSLEEP\r\n$6\r\n0.0002\r\n'.repeat(2500) +
      '*3\r\n$3\r\nSET\r\n$3\r\njob\r\n$1\r\n1\r\n'
  )
  const second = await start(t, folder)
  t.equal(await ask(second.redis.socket, 'GET', 'job'), '1')
})

test('without a redis here it says what to do', async t => {
  const folder = join(place(t), 'data')
  withPath(t, only(t, 'flock', 'setpriv'))
  await t.rejects(start(t, folder), {
    message: /^there is no redis-server and no valkey-server here: .*REDIS_URL/
  })
  t.notOk(existsSync(folder))
})

test('it is lost when there is no redis any more to bring it back', async t => {
  const { redis, happens } = await start(t, place(t))
  withPath(t, only(t, 'flock', 'setpriv'))
  process.kill(redis.pid()!, 'SIGKILL')
  const [error] = await once(happens, 'lost')
  t.match(error.message, /^there is no redis-server/)
  await redis.stop()
})

test('it is lost when its folder was taken away, for another presque may be there now', async t => {
  const folder = place(t)
  const { redis, happens } = await start(t, folder)
  rmSync(folder, { recursive: true })
  mkdirSync(folder)
  process.kill(redis.pid()!, 'SIGKILL')
  const [error] = await once(happens, 'lost')
  t.match(error.message, /was removed or replaced/)
  const next = await start(t, folder)
  await redis.stop()
  t.equal(await ask(next.redis.socket, 'PING'), 'PONG')
})

function pairs (flat: string[]): [string, string][] {
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]!] as [string, string]] : []))
}
