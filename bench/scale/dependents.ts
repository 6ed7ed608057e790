// The longest time that any script keeps Redis busy while crowds and chains of jobs wait for
// others, by Redis's own clock; and the memory of a blocked job. Ends with exit code 1 when a
// script takes more than 50 ms.
import { ackOne } from '../../operations/job/ack.ts'
import { job } from '../../operations/job/job.ts'
import { pushOne, push, type NewJob } from '../../operations/job/push.ts'
import { cancel, cancelAll, retryAll } from '../../operations/job/bulk.ts'
import { purge, queueStatus } from '../../operations/queue/queue.ts'
import { take } from '../../operations/job/take.ts'
import { fill, machine, place } from '../setup.ts'

const limit = 50
const crowd = Number(process.argv[2] ?? 10_000)
const { redis, stop } = await place()
const plain = { payload: '{"to":"ann@example.org"}' }
const hundred = Array.from({ length: 100 }, (_, n) => n + 1).join(',')

type SlowCommand = [id: number, at: number, microseconds: number, words: string[]]

// In ms, of all scripts since the last look.
async function longest (): Promise<{ ms: number, scripts: number }> {
  const entries = (await redis.slowlog('GET', -1)) as SlowCommand[]
  await redis.slowlog('RESET')
  const times = entries
    .filter(([, , , words]) => /^evalsha/i.test(words[0]!))
    .map(([, , microseconds]) => microseconds / 1000)
  return { ms: Math.max(0, ...times), scripts: times.length }
}

async function measure (what: string, step: () => Promise<unknown>): Promise<void> {
  await longest()
  const since = performance.now()
  await step()
  const { ms, scripts } = await longest()
  const took = (performance.now() - since).toFixed(0).padStart(6)
  const count = String(scripts).padStart(5)
  const longestMs = ms.toFixed(1)
  console.log(`${what.padEnd(62)} ${took} ms, ${count} scripts, the longest ${longestMs} ms`)
  if (ms > limit) process.exitCode = 1
}

// Looks until nothing moves any more.
async function settle (): Promise<void> {
  for (let before = -1, now; ; before = now) {
    now = (await queueStatus(redis, 'mail')).counts.blocked
    if (now === before) return
  }
}

// With 10 000 dependencies at most in a call.
async function blocked (count: number, depends = '1', more: Partial<NewJob> = {}): Promise<void> {
  const most = Math.min(1000, 10_000 / depends.split(',').length)
  for (let n = 0; n < count; n += most) {
    const length = Math.min(most, count - n)
    await push(redis, 'mail', Array.from({ length }, () => ({ ...plain, depends, ...more })))
  }
}

async function chain (): Promise<void> {
  await pushOne(redis, 'mail', plain)
  for (let n = 2; n <= crowd; n += 100) {
    const jobs = Array.from({ length: Math.min(100, crowd - n + 1) }, (_, i) => {
      return { ...plain, depends: String(n + i - 1) }
    })
    await Promise.all(jobs.map(job => pushOne(redis, 'mail', job)))
  }
}

async function work (): Promise<void> {
  for (let count = 0; count < crowd;) {
    const held = await take(redis, 'mail', { lease: 60, count: 100 })
    const acks = held.map(({ id, lease }) => ({ id, receipt: lease!.receipt }))
    await Promise.all(acks.map(done => ackOne(redis, 'mail', done)))
    count += held.length
    if (held.length === 0 && (await redis.exists('presque:{mail}:ended')) === 0) break
  }
}

// A new queue with jobs that wait for nothing.
async function begin (count: number): Promise<void> {
  await purge(redis, 'mail')
  await fill(redis, 'mail', count, () => plain)
}

async function usedMemory (): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))![1])
}

const takeAndSettle = async () => {
  await take(redis, 'mail')
  await settle()
}

const cancelAndSettle = (id: string) => async () => {
  await cancel(redis, 'mail', id)
  await settle()
}

const dropAll = async () => {
  await cancelAll(redis, 'mail', 'blocked')
  await settle()
}

const workAndSettle = async () => {
  await work()
  await settle()
}

const redriveAll = async () => await retryAll(redis, 'mail', 'failed')

console.log(`${crowd} jobs; ${machine()}`)
await redis.config('SET', 'slowlog-log-slower-than', '0')
await redis.config('SET', 'slowlog-max-len', '1000000')

await begin(1)
const empty = await usedMemory()
await measure('a crowd that waits for one job: pushed', async () => await blocked(crowd))
const each = ((await usedMemory()) - empty) / crowd - plain.payload.length
console.log(`  ${each.toFixed(0)} bytes above its payload each`)
await measure('  its dependency is taken for good, and all are looked at', takeAndSettle)
await begin(1)
await blocked(crowd)
await measure('  the same, worked off on lease', work)
await begin(1)
await blocked(crowd)
await measure('  its dependency is cancelled', cancelAndSettle('1'))
await measure('  all redriven', redriveAll)

await purge(redis, 'mail')
await measure('a chain: pushed', chain)
await measure('  worked off', work)
await purge(redis, 'mail')
await chain()
await measure('  its first is cancelled', cancelAndSettle('1'))
await measure('  all redriven', redriveAll)
await measure('  all dropped', dropAll)

await begin(100)
const tenth = crowd / 10
await measure('a tenth, each waiting for a hundred: pushed', () => blocked(tenth, hundred))
await measure('  one of the hundred is cancelled', cancelAndSettle('50'))
await measure('  all redriven', redriveAll)
await measure('  all dropped', dropAll)
await blocked(tenth, hundred)
await measure('  all hundred acknowledged', workAndSettle)
await begin(100)
await blocked(tenth, hundred, { ttl: 0.001 })
await measure('  all expired', settle)
await measure('  one of them shown', async () => await job(redis, 'mail', '1'))
await stop()
