import { Keeper, type Kept } from '../../client/keeper.ts'
import type { Delivery } from '../../client/delivery.ts'
import type { Call } from '../command.ts'
import { failure, Failure } from './exit.ts'
import { oneLine } from './json-text.ts'
import { write } from './surroundings.ts'

// In seconds, for a queue whose policy says nothing shorter: jobs are kept while they are printed, however long that takes.
const lease = 60

/**
 * Prints jobs that are on lease, and acknowledges them, unless they are to stay on lease.
 * Those that could not be printed are given back: a disk that is full must not cost a job.
 */
export async function hold (call: Call, jobs: Delivery[], stay = false): Promise<void> {
  const keeper = new Keeper(call.presque, { lease, worker: call.args['worker'], onQuiet: () => {} })
  const kept: Kept[] = stay ? [] : jobs.map(job => ({ job, keptSince () {}, lose () {} }))
  for (const one of kept) keeper.add(one)
  try {
    await write(call.io.output, jobs.map(job => lineOf(call, job)).join(''))
  } catch (error) {
    await giveBack(call, jobs)
    throw error
  } finally {
    for (const one of kept) keeper.delete(one)
    keeper.close()
  }
  if (!stay) await acknowledge(call, jobs)
}

export async function giveBack (call: Call, jobs: Delivery[]): Promise<void> {
  // In order, for each joins the end of the line.
  for (const job of jobs) await call.presque.release(job).catch(() => {})
}

async function acknowledge (call: Call, jobs: Delivery[]): Promise<void> {
  for (const [queue, some] of byQueue(jobs)) {
    const refusals = await ackAll(call, some)
    const late = some.filter((_, i) => refusals[i]?.status === 409)
    if (late.length > 0) call.remark(`printed too late, so that another gets them, too: ${late.map(({ id }) => `${queue}/${id}`).join(', ')}`)
  }
}

async function ackAll (call: Call, jobs: Delivery[]) {
  try {
    return await call.presque.ackMany(jobs.map(job => ({ job })))
  } catch (error) {
    const { message, exit } = failure(error, call.url)
    throw new Failure(`what was printed last is not acknowledged, and comes again when its lease is over: ${message}`, exit)
  }
}

function byQueue (jobs: Delivery[]): Map<string, Delivery[]> {
  const found = new Map<string, Delivery[]>()
  for (const job of jobs) found.set(job.queue, [...found.get(job.queue) ?? [], job])
  return found
}

// Without --lease or --ack it is the payload that is wanted, and nothing else.
function lineOf ({ args }: Call, { queue, id, receipt, attempt, expires, text }: Delivery): string {
  if (!args['json']) return `${text}\n`
  if (args['lease'] === undefined && !args['ack']) return `${oneLine(text)}\n`
  return `${JSON.stringify({ queue, id, receipt, attempt, expires }).slice(0, -1)},"payload":${oneLine(text)}}\n`
}
