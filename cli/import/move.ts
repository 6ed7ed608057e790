import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { obstacle } from './check.ts'
import { push, type Target } from './push.ts'
import { glimpse, Tally } from './tally.ts'
import type { Reader, Selection, SourceJob } from './source.ts'

export interface Move {
  /** Which layout, in which Redis: a part of the name by which presque knows a job. */
  origin: string
  read: Reader
  selection: Selection
  /** New names of queues by old ones. */
  renames: Map<string, string>
  /** undefined: only look. */
  target: Target | undefined
  /** Whether jobs that have arrived are removed from the source. */
  remove: boolean
  /** Writes a line for people. */
  say: (line: string) => void
}

/**
 * Moves the jobs of a source page by page, or only counts them. Rejects when either side is away;
 * presque then knows which jobs have arrived.
 */
export async function move (redis: Redis, plan: Move): Promise<Tally> {
  const tally = new Tally()
  let said = performance.now()
  for await (const page of plan.read(redis, plan.selection)) {
    const fit = page.jobs.filter(job => isFit(plan, tally, job))
    if (plan.target === undefined) continue
    const arrived = await pushAll(plan, plan.target, tally, fit)
    if (plan.remove) await page.remove(arrived)
    if (performance.now() - said < 1000) continue
    said = performance.now()
    plan.say(`${tally.moved} of ${tally.found} found so far are in presque`)
  }
  return tally
}

const into = ({ renames }: Move, { queue = '' }: SourceJob): string => renames.get(queue) ?? queue

const row = (plan: Move, job: SourceJob): string => {
  const name = into(plan, job)
  return name === job.queue ? name : `${job.queue ?? '?'} -> ${name || '?'}`
}

function isFit (plan: Move, tally: Tally, job: SourceJob): boolean {
  tally.count(row(plan, job), job)
  const why = obstacle(job, into(plan, job))
  if (why !== undefined) leave(plan, tally, job, why)
  return why === undefined
}

function leave (plan: Move, tally: Tally, job: SourceJob, why: string): void {
  tally.leave(row(plan, job))
  plan.say(`cannot move ${job.id}, found in ${job.place}: ${why}: ${glimpse(job.text)}`)
}

// The jobs of a queue one after the other, so that they arrive in order; several queues at once.
async function pushAll (
  plan: Move, target: Target, tally: Tally, jobs: SourceJob[]
): Promise<SourceJob[]> {
  const arrived: SourceJob[] = []
  const byQueue = new Map<string, SourceJob[]>()
  for (const job of jobs) {
    const queue = into(plan, job)
    byQueue.set(queue, [...byQueue.get(queue) ?? [], job])
  }
  const ended = await Promise.allSettled([...byQueue].map(async ([queue, some]) => {
    for (const job of some) {
      const why = await push(target, queue, job, nameOf(plan, job))
      if (why === undefined) arrived.push(job)
      else leave(plan, tally, job, why)
    }
  }))
  tally.moved += arrived.length
  for (const end of ended) if (end.status === 'rejected') throw end.reason
  return arrived
}

function nameOf ({ origin }: Move, { id }: SourceJob): string {
  const digest = createHash('sha256').update(`${origin}\n${id}`).digest('base64url')
  return `import-${digest.slice(0, 22)}`
}
