// The longest that any script keeps Redis busy while crowds and chains of jobs wait for others, by Redis's own clock; and the memory of a
// blocked job. Ends with exit code 1 when one takes more than 50 ms.
import { ackOne } from '../operations/job/ack.ts'
import { job } from '../operations/job/job.ts'
import { pushOne, push } from '../operations/job/push.ts'
import { cancel, cancelAll, retryAll } from '../operations/job/bulk.ts'
import { purge, queueStatus } from '../operations/queue/queue.ts'
import { take } from '../operations/job/take.ts'
import { fill, machine, place } from './setup.ts'

const limit = 50
const crowd = Number(process.argv[2] ?? 10_000)
const { redis, stop } = await place()
const plain = { payload: '{"to":"ann@example.org"}' }
const hundred = Array.from({ length: 100 }, (_, n) => n + 1).join(',')

// In ms, of all scripts since the last look.
async function longest (): Promise<{ ms: number, scripts: number }> {
  const entries = await redis.slowlog('GET', -1) as Array<[id: number, at: number, microseconds: number, words: string[]]>
  await redis.slowlog('RESET')
  const times = entries.filter(([, , , words]) => /^evalsha/i.test(words[0]!)).map(([, , microseconds]) => microseconds / 1000)
  return { ms: Math.max(0, ...times), scripts: times.length }
}

async function measure (what: string, step: () => Promise<unknown>): Promise<void> {
  await longest()
  const since = performance.now()
  await step()
  const { ms, scripts } = await longest()
  console.log(`${what.padEnd(62)} ${(performance.now() - since).toFixed(0).padStart(6)} ms, ${String(scripts).padStart(5)} scripts, the longest ${ms.toFixed(1)} ms`)
  if (ms > limit) process.exitCode = 1
}

// Looks until nothing moves any more.
async function settle (): Promise<void> {
  for (let before = -1, now; ; before = now) {
    now = (await queueStatus(redis, 'mail')).counts.blocked
    if (now === before) return
  }
}

const blocked = async (count: number, depends = '1') => await fillBlocked(count, depends)

async function fillBlocked (count: number, depends: string): Promise<void> {
  const most = Math.min(1000, 10_000 / depends.split(',').length)
  for (let n = 0; n < count; n += most) await push(redis, 'mail', Array.from({ length: Math.min(most, count - n) }, () => ({ ...plain, depends })))
}

async function chain (): Promise<void> {
  await pushOne(redis, 'mail', plain)
  for (let n = 2; n <= crowd; n += 100) {
    await Promise.all(Array.from({ length: Math.min(100, crowd - n + 1) }, (_, i) => pushOne(redis, 'mail', { ...plain, depends: String(n + i - 1) })))
  }
}

async function work (): Promise<void> {
  for (let count = 0; count < crowd;) {
    const held = await take(redis, 'mail', { lease: 60, count: 100 })
    await Promise.all(held.map(async ({ id, lease }) => await ackOne(redis, 'mail', { id, receipt: lease!.receipt })))
    count += held.length
    if (held.length === 0 && await redis.exists('presque:{mail}:ended') === 0) break
  }
}

console.log(`${crowd} jobs; ${machine()}`)
await redis.config('SET', 'slowlog-log-slower-than', '0')
await redis.config('SET', 'slowlog-max-len', '1000000')

await fill(redis, 'mail', 1, () => plain)
const empty = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))![1])
await measure('a crowd that waits for one job: pushed', async () => await blocked(crowd))
const full = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))![1])
console.log(`  ${((full - empty) / crowd - plain.payload.length).toFixed(0)} bytes above its payload each`)
await measure('  its dependency is taken for good, and all are looked at', async () => { await take(redis, 'mail'); await settle() })
await purge(redis, 'mail')
await fill(redis, 'mail', 1, () => plain)
await blocked(crowd)
await measure('  the same, worked off on lease', work)
await purge(redis, 'mail')
await fill(redis, 'mail', 1, () => plain)
await blocked(crowd)
await measure('  its dependency is cancelled', async () => { await cancel(redis, 'mail', '1'); await settle() })
await measure('  all redriven', async () => await retryAll(redis, 'mail', 'failed'))
await purge(redis, 'mail')
await measure('a chain: pushed', chain)
await measure('  worked off', work)
await purge(redis, 'mail')
await chain()
await measure('  its first is cancelled', async () => { await cancel(redis, 'mail', '1'); await settle() })
await measure('  all redriven', async () => await retryAll(redis, 'mail', 'failed'))
await measure('  all dropped', async () => { await cancelAll(redis, 'mail', 'blocked'); await settle() })
await purge(redis, 'mail')
await fill(redis, 'mail', 100, () => plain)
await measure('a tenth, each waiting for a hundred: pushed', async () => await blocked(crowd / 10, hundred))
await measure('  one of the hundred is cancelled', async () => { await cancel(redis, 'mail', '50'); await settle() })
await measure('  all redriven', async () => await retryAll(redis, 'mail', 'failed'))
await measure('  all dropped', async () => { await cancelAll(redis, 'mail', 'blocked'); await settle() })
await blocked(crowd / 10, hundred)
await measure('  all hundred acknowledged', async () => { await work(); await settle() })
await purge(redis, 'mail')
await fill(redis, 'mail', 100, () => plain)
for (let n = 0; n < crowd / 10; n += 100) await push(redis, 'mail', Array.from({ length: 100 }, () => ({ ...plain, depends: hundred, ttl: 0.001 })))
await measure('  all expired', settle)
await measure('  one of them shown', async () => await job(redis, 'mail', '1'))
await stop()
