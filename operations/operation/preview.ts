import { excerpt } from '../job/excerpt.ts'
import { decode, type Fields } from '../job/job.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'

const scripts = {
  preview: script<[matched: number, jobs: Fields[]]>('preview_operation')
}

const fields = new Set(['id', 'attempt', 'created_at', 'last_error', 'payload'])
const payloadMax = 200

/** How many jobs an operation would be about, and the first five as a JSON array. */
export async function previewOf (
  redis: RedisClient, queue: string, where: object, { now }: { now?: number } = {}
): Promise<{ matched: number, preview: string }> {
  const args = { now: milliseconds(now), settings: JSON.stringify({ where }) }
  const [matched, jobs] = await scripts.preview(redis, queue, args)
  const texts = jobs.map(job => text(excerpt(decode(queue, job), { fields, payloadMax })))
  return { matched, preview: `[${texts.join(',')}]` }
}

// By hand: the payload and the error go out as they came in.
function text ({ last_error: error, payload, ...rest }: ReturnType<typeof excerpt>): string {
  const facts = JSON.stringify(rest).slice(0, -'}'.length)
  return `${facts},"last_error":${error ?? 'null'},"payload":${payload ?? 'null'}}`
}
