import { act, type Held } from './acts.ts'
import { leaseBy, receivedAll, type Leased } from './received.ts'
import { cutBy, purged, say, type Actor } from './world.ts'

interface Ending {
  verb: 'ack' | 'nack'
  result?: string
  delay?: number
  retry?: boolean
}

interface Answer {
  outcomes: Array<{ id: string; error?: string; state?: string; run_at?: number }>
  jobs: Leased[]
}

/** Acks and nacks jobs and takes others, in one request. Returns those that came. */
export async function settle (actor: Actor, queue: string, jobs: Held[]): Promise<Held[]> {
  const {
    world: { history },
    random
  } = actor
  const endings = jobs.map(() => endingBy(actor, queue))
  const [lease, count] = [leaseBy(actor), random.whole(1, 40)]
  const wait = random.chance(0.2) ? '&wait=0.2' : ''
  const body = `{"jobs":[${jobs.map((job, i) => textOf(job, endings[i]!)).join(',')}]}`
  const path = `/qb/${queue}/ack?next=1&batch_size=${count}&lease=${lease / 1000}${wait}`
  const heard = await say(actor, 'POST', path, { body, ...cutBy(actor, [queue]) })
  if (heard.status === 'unknown') history.lostTake([queue], 'lease', count)
  const { outcomes, jobs: next } =
    heard.status === 200 ? (JSON.parse(heard.body) as Answer) : { outcomes: [], jobs: [] }
  if (
    heard.status === 200 &&
    outcomes.map(({ id }) => id).join() !== jobs.map(({ id }) => id).join()
  ) { history.violate('a batch is answered in order', queue, heard.body, null) }
  jobs.forEach((job, i) => {
    const { verb, ...more } = endings[i]!
    act(actor, job, verb, heard, outcomes[i], more)
  })
  history.count('settled and taken in one request')
  return receivedAll(actor, heard, queue, next, { lease, count })
}

function endingBy ({ random, name, world }: Actor, queue: string): Ending {
  if (random.chance(world.draining ? 0.95 : 0.75)) {
    return random.chance(0.5)
      ? { verb: 'ack', result: `{"by": "${name}", "n":${random.whole(0, 1e9)}.0}` }
      : { verb: 'ack' }
  }
  if (random.chance(0.1)) return { verb: 'nack', retry: false }
  // The backoff that is left to a queue after a purge is longer than a run.
  const usual = purged.includes(queue) ? { delay: 0.05 } : {}
  return {
    verb: 'nack',
    ...random.pick([usual, { delay: 0 }, { delay: random.whole(1, 300) / 1000 }])
  }
}

function textOf ({ id, receipt }: Held, { verb, result, delay, retry }: Ending): string {
  const proof = `{"id":"${id}","receipt":"${receipt}"`
  if (verb === 'ack') return `${proof}${result === undefined ? '' : `,"result":${result}`}}`
  const more = JSON.stringify({ error: { message: 'as chance would have it' }, delay, retry })
  return `${proof},${more.slice(1)}`
}
