import { ask, type Answer, type Call } from './client.ts'
import { clock, History } from '../history/history.ts'
import type { Policy } from '../history/model.ts'
import type { Random } from '../../../support/random.ts'
import type { Server } from '../servers.ts'

/**
 * `rough`: clients break off takes there, so that a job may reach no client. `stops` and
 * `purges`: its keeper does. `awaited`: how many of its pushes wait for the end of their job.
 */
export interface Queue extends Policy {
  name: string
  rough: boolean
  stops: boolean
  purges: boolean
  awaited: number
}

const usual = {
  tries: 3,
  keep: 0,
  concurrency: null,
  rate: null,
  backoff: { base: 0.01, max: 0.1 },
  rough: false,
  stops: false,
  purges: false,
  awaited: 0.02
}
// A purge takes the settings along: these are in force then.
const unset = { tries: 25, backoff: { base: 15, max: 86400 } }

export const queues: Queue[] = [
  { ...usual, name: 'plain' },
  { ...usual, name: 'rough', rough: true, tries: 25 },
  { ...usual, name: 'narrow', concurrency: 20, stops: true },
  { ...usual, name: 'paced', rate: { limit: 300, period: 0.5 }, concurrency: 200 },
  { ...usual, name: 'kept', keep: 3600, tries: 4, concurrency: 30 },
  { ...usual, name: 'bulk', tries: 2 },
  { ...usual, name: 'halting', stops: true },
  { ...usual, ...unset, name: 'purged', purges: true, awaited: 0.2 },
  { ...usual, ...unset, name: 'rough-purged', purges: true, rough: true },
  { ...usual, name: 'awaited', awaited: 0.6 }
]

export const purged = queues.filter(({ purges }) => purges).map(({ name }) => name)

/** What all actors share. */
export interface World {
  history: History
  servers: Server[]
  jobs: number
  /** How many jobs have been pushed, or tried to. */
  pushed: number
  /** Jobs that clients hold back or that are on their way: producers wait when there are many. */
  ended: number
  /** No producer pushes any more. */
  draining: boolean
  /** All is drained: workers stop. */
  over: boolean
  /** Clients that are stalled, apart from the worker that took the job. */
  stalled: Set<Promise<void>>
  /** Pushes that wait for the end of their job, apart from the producer. */
  waiting: Set<Promise<void>>
  /** The last acts may be forgotten. */
  forgetful: boolean
}

export interface Actor {
  world: World
  random: Random
  name: string
}

export interface Heard extends Answer {
  sent: number
  answered: number
}

/** One request to a server picked by chance; an answer that no client may get is a violation. */
export async function say (
  actor: Actor,
  method: string,
  path: string,
  call: Call = {}
): Promise<Heard> {
  const { world, random } = actor
  const sent = clock()
  const answer = await ask(random.pick(world.servers), method, path, call)
  // That one has been killed: another, or wait until it is back.
  if (answer.status === 'unsent') {
    await pause(5)
    return await say(actor, method, path, call)
  }
  if (answer.status === 500 || answer.status === 400) refused(world, `${method} ${path}`, answer)
  // As if there had been none: it may have been done.
  if (answer.status === 503) {
    answer.status = 'unknown'
    await pause(100)
  }
  return { ...answer, sent, answered: answer.status === 'unknown' ? Infinity : clock() }
}

function refused ({ history }: World, request: string, { status, body }: Answer): void {
  if (body.includes('job already exists')) return
  history.violate('no request fails', '', `${request}: ${status} ${body}`, null)
}

export function pause (ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}

/** Now and then a client breaks off a take, where that is allowed. */
export function cutBy ({ random, world }: Actor, names: string[]): { cut?: number | 'answer' } {
  const rough = queues.every(queue => queue.rough || !names.includes(queue.name))
  return rough && !world.draining && random.chance(0.04)
    ? { cut: random.pick([0, 1, 2, 4, 8, 'answer' as const]) }
    : {}
}
