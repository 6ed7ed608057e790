import { fill } from '../setup.ts'
import { payload } from './kind.ts'
import type { RedisClient } from '../../operations/redis/store.ts'

/** Where a contestant keeps its jobs. */
export type Stock = 'list' | 'presque' | 'bullmq'

/** Pushes `count` jobs, the quick way. */
export async function stockUp (
  stock: Stock,
  redis: RedisClient,
  url: string,
  count: number
): Promise<void> {
  if (stock === 'presque') await fill(redis, 'mail', count, () => ({ payload }))
  if (stock === 'list') await fillList(redis, count)
  if (stock === 'bullmq') await askFor(url, count)
}

/** Its key, before which our own client puts `presque:`. */
export const list = 'mail'

async function fillList (redis: RedisClient, count: number): Promise<void> {
  for (let i = 0; i < count; i += 5000) {
    await redis.rpush(list, ...Array<string>(Math.min(5000, count - i)).fill(payload))
  }
}

async function askFor (url: string, count: number): Promise<void> {
  const body = `{"count":${count},"payload":${payload}}`
  const response = await fetch(`${url}/stock`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' }
  })
  if (!response.ok) throw new Error(`${url}/stock answered ${response.status}`)
}
