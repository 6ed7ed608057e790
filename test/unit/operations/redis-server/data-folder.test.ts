import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'tap'
import { lastLayout } from '../../../../operations/layout/migration.ts'
import {
  ask,
  isAlive,
  only,
  place,
  start,
  startElsewhere
} from '../../../support/redis/private-redis.ts'

const asRoot = process.getuid?.() === 0

function mode (path: string): number {
  return statSync(path).mode & 0o777
}

test('its folder and its socket are for the owner only, ' +
  'whatever the folder was before', async t => {
  const folder = join(place(t), 'deep', 'data')
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
  const { redis } = await start(t, folder)
  t.equal(redis.folder, folder)
  t.equal(redis.socket, join(folder, 'redis.sock'))
  t.equal(mode(folder), 0o700)
  t.equal(mode(redis.socket), 0o700)
})

test('a folder that does not exist yet is made, for the owner only', async t => {
  const folder = join(place(t), 'deep', 'data')
  await start(t, folder)
  t.equal(mode(folder), 0o700)
  t.equal(mode(dirname(folder)), 0o700)
})

test('a second presque in the same process is refused, by name of folder and pid', async t => {
  const folder = place(t)
  const { redis } = await start(t, folder)
  await t.rejects(start(t, folder), {
    message: `another presque (pid ${process.pid}) is using ${folder}; stop it, ` +
      'or set PRESQUE_DATA to another folder'
  })
  t.equal(await ask(redis.socket, 'PING'), 'PONG')
})

test('of many that start at once on one folder exactly one gets it', async t => {
  const folder = place(t)
  const all = await Promise.allSettled(Array.from({ length: 5 }, () => start(t, folder)))
  t.equal(all.filter(({ status }) => status === 'fulfilled').length, 1)
})

test('a presque in another process is refused, and leaves the first in peace', async t => {
  const folder = place(t)
  const { child, socket, pid } = await startElsewhere(t, folder)
  await t.rejects(start(t, folder), {
    message: `another presque (pid ${child.pid}) is using ${folder}; stop it, ` +
      'or set PRESQUE_DATA to another folder'
  })
  t.equal(await ask(socket, 'PING'), 'PONG')
  child.kill('SIGTERM')
  t.strictSame(await once(child, 'exit'), [0, null])
  t.notOk(isAlive(pid))
})

test('a presque of another machine or container on the folder is refused, ' +
  'whatever its pid', async t => {
  const folder = place(t)
  await start(t, folder)
  writeFileSync(join(folder, 'lock'), '2147483647 elsewhere\n')
  await t.rejects(start(t, folder), {
    message: /another presque \(pid 2147483647 on elsewhere\) is using/
  })
})

test('after a kill -9 of presque the next one has the folder at once, with the data', async t => {
  const folder = place(t)
  const { child, socket, pid } = await startElsewhere(t, folder)
  await ask(socket, 'SET', 'job', '1')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const { redis } = await start(t, folder)
  t.notOk(isAlive(pid))
  t.equal(await ask(redis.socket, 'GET', 'job'), '1')
})

test('a redis that outlived its presque, where nothing ends it, ' +
  'is stopped by the next one', async t => {
  const folder = place(t)
  const { child, socket, pid } = await startElsewhere(
    t,
    folder,
    only(t, 'flock', 'redis-server', 'valkey-server')
  )
  await ask(socket, 'SET', 'job', '1')
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.ok(isAlive(pid))
  const { redis } = await start(t, folder)
  t.notOk(isAlive(pid))
  t.equal(await ask(redis.socket, 'GET', 'job'), '1')
})

test('a redis that was frozen when its presque died is ended by the next one', async t => {
  const folder = place(t)
  const { child, socket, pid } = await startElsewhere(t, folder)
  await ask(socket, 'SET', 'job', '1')
  process.kill(pid, 'SIGSTOP')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const { redis } = await start(t, folder)
  t.notOk(isAlive(pid))
  t.equal(await ask(redis.socket, 'GET', 'job'), '1')
})

test('a redis whose folder ends in the name of another folder lives on when that ' +
  'one is frozen', async t => {
  const folder = place(t)
  const other = await start(t, join(place(t), folder))
  const { child, pid } = await startElsewhere(t, folder)
  process.kill(pid, 'SIGSTOP')
  child.kill('SIGKILL')
  await once(child, 'exit')
  await start(t, folder)
  t.notOk(isAlive(pid))
  t.equal(await ask(other.redis.socket, 'PING'), 'PONG')
  t.strictSame(other.said, [], 'it was not started again')
})

test('a folder too long for a socket has it in a private folder elsewhere, ' +
  'always the same', async t => {
  const folder = join(place(t), 'a'.repeat(120))
  const first = await start(t, folder)
  const { socket } = first.redis
  t.equal(mode(dirname(socket)), 0o700)
  t.equal(await ask(socket, 'PING'), 'PONG')
  await first.redis.stop()
  t.notOk(existsSync(dirname(socket)))
  const second = await start(t, folder)
  t.equal(second.redis.socket, socket)
})

test('a private folder for the socket that another user put there is not trusted', async t => {
  const parent = place(t)
  const folder = join(parent, 'a'.repeat(120))
  const first = await start(t, folder)
  const elsewhere = dirname(first.redis.socket)
  await first.redis.stop()
  symlinkSync(parent, elsewhere)
  t.teardown(() => rmSync(elsewhere, { force: true }))
  await t.rejects(start(t, folder), {
    message: `cannot make a private folder ${elsewhere} for the socket of redis`
  })
})

test('a folder that cannot be one is refused in one sentence', async t => {
  const file = join(place(t), 'file')
  writeFileSync(file, '')
  await t.rejects(start(t, file), {
    message: `the data folder ${file} cannot be used: it is not a folder; ` +
      'set PRESQUE_DATA to another folder'
  })
  await t.rejects(start(t, join(file, 'data')), {
    message: /cannot be used: it would be inside a file;/
  })
})

test(
  'a folder that cannot be made is refused in one sentence',
  { skip: !existsSync('/proc/self') },
  async t => {
    await t.rejects(start(t, '/proc/data'), {
      message:
        'the data folder /proc/data cannot be used: it cannot be made there; ' +
          'set PRESQUE_DATA to another folder'
    })
  }
)

test('a folder of another user is refused in one sentence', { skip: !asRoot }, async t => {
  const folder = place(t)
  chownSync(folder, 65534, 65534)
  await t.rejects(start(t, folder), {
    message: `the data folder ${folder} cannot be used: it belongs to another user (uid 65534); ` +
      'set PRESQUE_DATA to another folder'
  })
})

test('a folder that others use for other things is not closed to them', async t => {
  const folder = place(t)
  chmodSync(folder, 0o755)
  writeFileSync(join(folder, 'letter.txt'), '')
  await t.rejects(start(t, folder), {
    message: /open to other users and holds files that are not presque's/
  })
  t.equal(mode(folder), 0o755)
})

test('a folder that others may write to is refused, whatever is in it, ' +
  'and left as it is', async t => {
  for (const open of [0o777, 0o770, 0o722, 0o1777]) {
    const folder = place(t)
    chmodSync(folder, open)
    await t.rejects(start(t, folder), {
      message: `the data folder ${folder} cannot be used: other users may write to it: ` +
        `look at its files, and chmod 700 ${folder}; set PRESQUE_DATA to another folder`
    })
    t.equal(mode(folder), open & 0o777)
  }
})

test('a link in the place of the lock is not followed', async t => {
  const folder = place(t)
  const file = join(place(t), 'precious')
  writeFileSync(file, 'precious')
  symlinkSync(file, join(folder, 'lock'))
  await t.rejects(start(t, folder))
  t.equal(readFileSync(file, 'utf8'), 'precious')
})

test('a folder of a newer layout is refused before a redis reads it, ' +
  'by name and both numbers', async t => {
  const folder = place(t)
  writeFileSync(join(folder, 'layout'), '9\n')
  await t.rejects(start(t, folder), {
    message:
      `the data folder ${folder} has layout 9, and this presque knows none above ` +
        `${lastLayout()}: ` +
      'upgrade it, or set PRESQUE_DATA to another folder'
  })
  t.strictSame(readdirSync(folder).toSorted(), ['layout', 'lock'])
})

test('a folder is signed with the layout, whatever stood there that is no newer one', async t => {
  for (const before of [undefined, '', '1\n', `${lastLayout()}\n`]) {
    const folder = place(t)
    if (before !== undefined) writeFileSync(join(folder, 'layout'), before)
    writeFileSync(join(folder, 'layout.new'), 'of a presque that was killed')
    const { redis } = await start(t, folder)
    t.equal(readFileSync(join(folder, 'layout'), 'utf8'), `${lastLayout()}\n`)
    t.notOk(existsSync(join(folder, 'layout.new')))
    await redis.stop()
  }
})

test('what the private redis writes is for its owner alone', async t => {
  const folder = place(t)
  await start(t, folder)
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  t.ok(
    files.some(file => file.includes('appendonly')),
    files.join()
  )
  t.strictSame(
    files.filter(file => (mode(file) & 0o077) !== 0),
    []
  )
})
