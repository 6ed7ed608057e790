// What a job costs in Redis above its payload, by what it is: bytes of memory, of which each key
// has its share.
import { take } from '../operations/job/take.ts'
import { push, type NewJob } from '../operations/job/push.ts'
import { queueKey, queueKeys, type QueueKey } from '../operations/redis/keys.ts'
import { perform, type Figure, type Stage } from './stage.ts'

const count = 100_000
const payload = JSON.stringify({ text: ''.padEnd(100 - '{"text":""}'.length, 'x') })

interface Kind {
  most?: number
  job?: (i: number) => Partial<NewJob>
  lease?: number
  worker?: string
}

const kinds: Record<string, Kind> = {
  waiting: { most: 24 },
  leased: { most: 200, lease: 600 },
  'leased, worker named': { lease: 600, worker: 'host-1234' },
  delayed: { job: () => ({ delay: 3600 }) },
  unique: { job: i => ({ uniq: `key-${i}` }) },
  'priority 1': { job: () => ({ priority: 1 }) },
  ttl: { job: () => ({ ttl: 3600 }) }
}

await perform(
  `bytes of Redis memory above the payload, of ${count} jobs of ${payload.length} bytes`,
  async stage => {
    const figures: Figure[] = []
    for (const [name, kind] of Object.entries(kinds)) {
      figures.push(...(await measure(stage, name, kind)))
    }
    return figures
  }
)

async function measure (
  { redis }: Stage,
  name: string,
  { most, job, lease, worker }: Kind
): Promise<Figure[]> {
  const queue = name.replace(/\W+/g, '-')
  const before = await settled(redis)
  for (let i = 0; i < count; i += 1000) {
    await push(
      redis,
      queue,
      Array.from({ length: 1000 }, (_, j) => ({ payload, ...job?.(i + j) }))
    )
    if (lease !== undefined) await take(redis, queue, { lease, worker, count: 1000 })
  }
  const used = (await settled(redis)) - before
  const figures = [
    { what: name, value: used / count - payload.length, unit: 'bytes', ...(most && { most }) },
    ...(await shares(redis, queue))
  ]
  await redis.flushall()
  return figures
}

// The hash of keys to be is still being moved when a big one has just grown.
async function settled (redis: Stage['redis']): Promise<number> {
  for (let last = await usedMemory(redis); ;) {
    await new Promise(resolve => setTimeout(resolve, 300))
    const now = await usedMemory(redis)
    if (Math.abs(now - last) < 10_000) return now
    last = now
  }
}

async function usedMemory (redis: Stage['redis']): Promise<number> {
  return Number(/used_memory_dataset:(\d+)/.exec(await redis.info('memory'))![1])
}

async function shares (redis: Stage['redis'], queue: string): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const key of Object.keys(queueKeys) as QueueKey[]) {
    const bytes = (await redis.memory('USAGE', queueKey(queue, key), 'SAMPLES', 0)) ?? 0
    if (bytes > count) {
      figures.push({
        what: `  in ${key}`,
        value: bytes / count - (key === 'jobs' ? payload.length : 0),
        unit: ''
      })
    }
  }
  return figures
}
