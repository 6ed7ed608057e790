import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { listen } from './app.ts'
import { startRedis } from '../redis/redis.ts'
import { until } from '../until.ts'

export interface Server {
  app: FastifyInstance
  url: string
}

/** Two servers on one Redis. */
export async function pair (t: Test): Promise<[Server, Server]> {
  const shared = {
    REDIS_URL: process.env['TEST_REDIS_URL'] ?? (await startRedis(t)).url,
    PRESQUE_PREFIX: `pair-${Math.random()}`
  }
  return [await listen(t, shared), await listen(t, shared)]
}

export const json = { 'content-type': 'application/json' }

export async function push ({ url }: Server, path: string): Promise<void> {
  await fetch(`${url}${path}`, { method: 'POST', headers: json, body: '{"n":1}' })
}

/** Resolves when that number waits there. */
export async function parked ({ app }: Server, count: number): Promise<void> {
  await until(`${count} wait`, () => app.longPoll.parked === count)
}

export async function post ({ url }: Server, path: string, body?: string): Promise<Response> {
  return await fetch(url + path, { method: 'POST', ...(body !== undefined && { body }) })
}

/** Where the Link header of a delivery points to. */
export function linked (answer: Response, rel: string): string {
  return new RegExp(`<([^>]+)>; rel="${rel}"`).exec(answer.headers.get('link')!)![1]!
}
