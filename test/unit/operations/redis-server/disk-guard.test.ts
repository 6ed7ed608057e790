import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync
} from 'node:fs'
import { join } from 'node:path'
import { test, type Test } from 'tap'
import { Redis } from 'ioredis'
import { place, start } from '../../../support/redis/private-redis.ts'
import { until } from '../../../support/until.ts'

// A disk of 12 MiB of this test alone, where the system lets us have one.
function disk (t: Test): string | null {
  const path = place(t)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', path]).status !== 0) return null
  t.teardown(() => {
    spawnSync('umount', ['-l', path])
  })
  mkdirSync(join(path, 'data'), { mode: 0o700 })
  return path
}

// Slow enough for a disk this small: between two looks of the guard a sixth of its reserve is
// written.
async function serve (t: Test) {
  const path = disk(t)
  if (path === null) return null
  const { redis: server } = await start(t, join(path, 'data'))
  const redis = new Redis({ path: server.socket })
  t.teardown(() => {
    redis.disconnect()
  })
  const pid = server.pid()
  return {
    redis,
    other: join(path, 'other'),
    ballast: join(path, 'data', 'ballast'),
    isSame: () => server.pid() === pid,
    takes: async () =>
      await redis.set('new', '1').then(
        () => true,
        () => false
      ),
    fill: async () => {
      for (let n = 0; ; n++) {
        if (
          await redis.set(`job:${n}`, 'x'.repeat(3_000)).then(
            () => false,
            () => true
          )
        ) {
          return n
        }
      }
    }
  }
}

test('pushes that fill the disk are refused while there is room for taking, ' +
  'and taken jobs make room', async t => {
  const place = await serve(t)
  if (place === null) return t.pass('no small disk here')
  const { redis, fill, takes, isSame } = place
  const count = await fill()
  t.ok(count > 500, `${count} jobs`)
  await t.rejects(redis.set('new', '1'), /^OOM/)
  for (let n = 0; n < count; n++) await redis.del(`job:${n}`)
  await until('there is room again', takes, 30_000)
  t.ok(isSame(), 'by the same Redis')
  t.same(((await redis.config('GET', 'appendfsync')) as string[])[1], 'always')
})

test('a disk that others fill to the last byte does not end Redis, ' +
  'and it goes on when there is room', async t => {
  const place = await serve(t)
  if (place === null) return t.pass('no small disk here')
  const { redis, other, takes, isSame } = place
  await redis.set('job', '1')
  writeFileSync(other, Buffer.alloc(10 * 2 ** 20))
  await until('pushes are refused', async () => !(await takes()))
  t.equal(await redis.del('job'), 1, 'what removes goes on')
  try {
    writeFileSync(`${other}.more`, Buffer.alloc(4 * 2 ** 20))
  } catch {}
  for (let n = 0; n < 2000; n++) {
    await redis.expire('none', n).then(
      () => redis.del('job'),
      () => {}
    )
  }
  t.equal(await redis.get('job'), null)
  for (const file of [other, `${other}.more`]) rmSync(file)
  await until('there is room again', takes, 30_000)
  t.ok(isSame(), 'by the same Redis')
})

test('on a disk without a byte left jobs can be taken, for the ballast goes, ' +
  'and it is back when there is room', async t => {
  const place = await serve(t)
  if (place === null) return t.pass('no small disk here')
  const { redis, other, ballast, takes, isSame } = place
  const { size, blocks } = statSync(ballast)
  t.ok(blocks * 512 >= size && size >= 2 ** 20, 'it takes up what it says')
  for (let n = 0; n < 100; n++) await redis.set(`job:${n}`, '1')
  writeFileSync(other, Buffer.alloc(5 * 2 ** 20))
  fillUp(`${other}.more`)
  await until('the ballast is given up', () => !existsSync(ballast))
  await until(
    'what removes is written',
    async () =>
      await redis.del('job:0').then(
        () => true,
        () => false
      )
  )
  for (let n = 1; n < 100; n++) t.equal(await redis.del(`job:${n}`), 1)
  t.notOk(await takes(), 'pushes are refused all the while')
  for (const file of [other, `${other}.more`]) rmSync(file)
  await until('there is room again', takes, 30_000)
  await until('the ballast is back', () => existsSync(ballast) && statSync(ballast).size === size)
  t.ok(isSame(), 'by the same Redis')
})

// To the last byte that the disk takes.
function fillUp (path: string): void {
  const file = openSync(path, 'w')
  for (let size = 2 ** 16; size >= 1;) {
    try {
      writeSync(file, Buffer.alloc(size))
    } catch {
      size /= 2
    }
  }
  closeSync(file)
}
