// What a waiting job costs in Redis. Ends with exit code 1 when a plain one of 100 bytes costs more
// than 175.
import type { NewJob } from '../operations/job/push.ts'
import { fill, machine, place } from './setup.ts'

const count = 100_000
const most = 175
const payload = JSON.stringify({ to: 'x'.repeat(91) })

async function cost (name: string, job: (n: number) => NewJob): Promise<number> {
  const { redis, stop } = await place()
  const used = async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))![1])
  // Scripts and buffers are there whatever the number of jobs.
  await fill(redis, 'warm', 1000, job)
  await redis.flushall('SYNC')
  const before = await used()
  await fill(redis, 'mail', count, job)
  const after = await used()
  await stop()
  const each = (after - before) / count
  const above = (each - payload.length).toFixed(1)
  const bytes = `${before} -> ${after} bytes`
  console.log(`${name.padEnd(8)} ${bytes}: ${each.toFixed(1)} a job, ${above} above its payload`)
  return each
}

console.log(`${count} jobs of ${payload.length} bytes; ${machine()}`)
const plain = await cost('plain', () => ({ payload }))
await cost('uniq', n => ({ payload, uniq: `person${n}@example.org` }))
await cost('delayed', n => ({ payload, delayed: 4e9 + n }))
if (plain > most) {
  console.error(`a plain job costs more than ${most} bytes`)
  process.exitCode = 1
}
