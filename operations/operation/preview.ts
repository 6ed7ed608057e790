import { countJobs, scanJobs } from '../list/scan.ts'
import { excerpt } from '../job/excerpt.ts'
import type { Job } from '../job/job.ts'
import type { RedisClient } from '../redis/store.ts'
import type { Where } from '../../schemas/new-operation.ts'

const fields = new Set(['id', 'attempt', 'created_at', 'last_error', 'payload'])
const payloadMax = 200
const shownJobs = 5
// Each looks at a thousand jobs.
const mostSlices = 100

interface Now { now?: number | undefined }

/** The first five jobs that an operation would be about, as a JSON array. */
export async function previewOf (
  redis: RedisClient, queue: string, { state, ...filter }: Where, { now }: Now = {}
): Promise<string> {
  const jobs: Job[] = []
  let after: string | null = ''
  for (let n = 0; n < mostSlices && after !== null && jobs.length < shownJobs; n++) {
    const limit = shownJobs - jobs.length
    const scan = { state, filter, after, limit, payloadMax, ...(now !== undefined && { now }) }
    const slice = await scanJobs(redis, queue, scan)
    jobs.push(...slice.jobs)
    after = slice.next
  }
  return `[${jobs.map(job => text(excerpt(job, { fields, payloadMax }))).join(',')}]`
}

/** How many jobs an operation would be about. */
export async function countMatching (
  redis: RedisClient, queue: string, { state, ...filter }: Where
): Promise<number> {
  return await countJobs(redis, queue, { state, filter, limit: Infinity })
}

// By hand: the payload and the error go out as they came in.
function text ({ last_error: error, payload, ...rest }: ReturnType<typeof excerpt>): string {
  const facts = JSON.stringify(rest).slice(0, -'}'.length)
  return `${facts},"last_error":${error ?? 'null'},"payload":${payload ?? 'null'}}`
}
