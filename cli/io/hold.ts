import { LeaseKeeper, type LeasedJob } from '../../client/lease-keeper.ts'
import type { Delivery } from '../../client/delivery.ts'
import type { Call } from '../command.ts'
import { failure, Failure } from './exit.ts'
import { oneLine } from './json-text.ts'
import { write } from './surroundings.ts'

// In seconds. Leases are extended while jobs are printed, however long that takes.
const lease = 60

/**
 * Prints jobs that are on lease, and acknowledges them, unless they are to stay on lease. Jobs that
 * cannot be printed are released: a disk that is full must not cost a job.
 */
export async function hold (call: Call, jobs: Delivery[], stay = false): Promise<void> {
  const options = { lease, worker: call.args['worker'], onQuiet: () => {} }
  const leases = new LeaseKeeper(call.presque, options)
  const ignored = { onExtended () {}, onLost () {} }
  const held: LeasedJob[] = stay ? [] : jobs.map(job => ({ job, ...ignored }))
  for (const one of held) leases.add(one)
  try {
    await write(call.io.output, jobs.map(job => lineOf(call, job)).join(''))
  } catch (error) {
    await releaseAll(call, jobs)
    throw error
  } finally {
    leases.close()
  }
  if (!stay) await acknowledge(call, jobs)
}

export async function releaseAll (call: Call, jobs: Delivery[]): Promise<void> {
  // One after the other: they come back in this order.
  for (const job of jobs) await call.presque.release(job).catch(() => {})
}

async function acknowledge (call: Call, jobs: Delivery[]): Promise<void> {
  for (const [queue, some] of byQueue(jobs)) {
    const errors = await ackAll(call, some)
    const late = some.filter((_, i) => errors[i]?.status === 409)
    if (late.length === 0) continue
    const names = late.map(({ id }) => `${queue}/${id}`).join(', ')
    call.remark(`printed too late, so that another gets them, too: ${names}`)
  }
}

async function ackAll (call: Call, jobs: Delivery[]) {
  try {
    return await call.presque.ackMany(jobs.map(job => ({ job })))
  } catch (error) {
    const { message, exit } = failure(error, call.url)
    const fate = 'is not acknowledged, and comes again when its lease expires'
    throw new Failure(`the job printed last ${fate}: ${message}`, exit)
  }
}

function byQueue (jobs: Delivery[]): Map<string, Delivery[]> {
  const found = new Map<string, Delivery[]>()
  for (const job of jobs) found.set(job.queue, [...found.get(job.queue) ?? [], job])
  return found
}

// Without --lease and --ack the payload alone is printed.
function lineOf ({ args }: Call, job: Delivery): string {
  const { queue, id, receipt, attempt, expires, text } = job
  if (!args['json']) return `${text}\n`
  if (args['lease'] === undefined && !args['ack']) return `${oneLine(text)}\n`
  const head = JSON.stringify({ queue, id, receipt, attempt, expires }).slice(0, -1)
  return `${head},"payload":${oneLine(text)}}\n`
}
