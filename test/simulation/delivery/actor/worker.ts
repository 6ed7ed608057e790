import { act, type Held } from './acts.ts'
import { handle } from './handle.ts'
import { leaseBy, received, receivedAll, type Leased } from './received.ts'
import { settle } from './settle.ts'
import { cutBy, purged, say, pause, queues, type Actor, type Heard } from './world.ts'

/** Takes jobs and does what workers do, well and badly, until all is over. */
export async function work (actor: Actor): Promise<void> {
  while (!actor.world.over) {
    // A take for good without a worker would excuse any job that a failover loses.
    const good = actor.world.forgetful ? { good: 0, goodBatch: 0 } : { good: 5, goodBatch: 1 }
    const way = actor.random.weighted({ one: 60, several: 18, batch: 12, ...good })
    const found = await takes[way](actor)
    if (found === 0) await pause(actor.random.whole(1, 30))
    actor.world.ended += found
  }
}

type Take = (actor: Actor) => Promise<number>

const takes: Record<'one' | 'several' | 'batch' | 'good' | 'goodBatch', Take> = {
  one: actor => leaseOne(actor, [actor.random.pick(queues).name]),
  several: actor =>
    leaseOne(
      actor,
      [...queues]
        .sort(() => actor.random.below(3) - 1)
        .slice(0, actor.random.whole(2, 4))
        .map(({ name }) => name)
    ),
  batch: leaseBatch,
  good: actor => takeForGood(actor, 1),
  goodBatch: actor => takeForGood(actor, actor.random.whole(2, 20))
}

async function leaseOne (actor: Actor, names: string[]): Promise<number> {
  const lease = leaseBy(actor)
  const wait = waitBy(actor)
  const heard = await say(
    actor,
    'GET',
    `/q/${names.join(',')}?lease=${lease / 1000}${wait}`,
    cutBy(actor, names)
  )
  noteAsked(actor, names, wait, heard)
  let held = received(actor, heard, lease, names)
  let found = 0
  // One job may end with the next in hand.
  while (held !== null) {
    found++
    held = await handle(actor, held)
  }
  return found
}

async function leaseBatch (actor: Actor): Promise<number> {
  const { random, world } = actor
  const { name } = random.pick(queues)
  const [lease, count] = [leaseBy(actor), random.whole(2, 40)]
  const wait = waitBy(actor)
  const heard = await say(
    actor,
    'GET',
    `/qb/${name}?lease=${lease / 1000}&batch_size=${count}${wait}`,
    cutBy(actor, [name])
  )
  noteAsked(actor, [name], wait, heard)
  if (heard.status === 'unknown') world.history.lostTake([name], 'lease', count)
  if (heard.status !== 200) return 0
  const jobs = receivedAll(actor, heard, name, JSON.parse(heard.body) as Leased[], { lease, count })
  return jobs.length + (await handleBatch(actor, name, jobs))
}

// Most of a batch ends in one request, which may bring more; of the rest everybody goes his own
// way.
async function handleBatch (actor: Actor, queue: string, jobs: Held[]): Promise<number> {
  const { random } = actor
  const alone = jobs.filter(({ deadly }) => deadly || random.chance(0.1))
  const together = jobs.filter(job => !alone.includes(job))
  const verb = random.weighted({ settle: 40, ack: 40, nack: 10, touch: 10 })
  const next = verb === 'settle' ? await settle(actor, queue, together) : []
  if (verb !== 'settle' && together.length > 0) await actTogether(actor, queue, verb, together)
  if (verb === 'touch' && together.length > 0) await actTogether(actor, queue, 'ack', together)
  await Promise.all(
    alone.map(async job => {
      await handle(actor, job, false)
    })
  )
  return next.length > 0 ? next.length + (await handleBatch(actor, queue, next)) : 0
}

async function actTogether (
  actor: Actor,
  queue: string,
  verb: 'ack' | 'nack' | 'touch',
  jobs: Held[]
): Promise<void> {
  const lease = leaseBy(actor)
  const more =
    verb === 'touch'
      ? { lease: lease / 1000 }
      : verb === 'nack' && purged.includes(queue)
        ? { delay: 0.05 }
        : {}
  const body = JSON.stringify({ jobs: jobs.map(({ id, receipt }) => ({ id, receipt, ...more })) })
  const heard = await say(actor, 'POST', `/qb/${queue}/${verb}`, { body })
  const outcomes =
    heard.status === 200 ? (JSON.parse(heard.body) as Array<{ id: string; error?: string }>) : []
  if (heard.status === 200 && outcomes.some(({ id }, i) => id !== jobs[i]!.id)) {
    actor.world.history.violate('a batch is answered in order', queue, heard.body, null)
  }
  jobs.forEach((job, i) => act(actor, job, verb, heard, outcomes[i], { lease }))
}

async function takeForGood (actor: Actor, count: number): Promise<number> {
  const { random, world, name: by } = actor
  const { name } = random.pick(queues)
  const path = count === 1 ? `/q/${name}?worker_id=w1` : `/qb/${name}?batch_size=${count}`
  const wait = waitBy(actor)
  const heard = await say(actor, 'GET', `${path}${wait}`, cutBy(actor, [name]))
  noteAsked(actor, [name], wait, heard)
  const { status, body, sent, answered } = heard
  if (status === 'unknown') world.history.lostTake([name], 'good', count)
  if (status !== 200) return 0
  const payloads = count === 1 ? [body] : (JSON.parse(body) as string[])
  for (const payload of payloads) {
    world.history.delivered(name, null, payload, {
      kind: 'good',
      actor: by,
      sent,
      answered,
      at: 0,
      expires: 0,
      lease: 0,
      attempt: 0,
      receipt: ''
    })
  }
  return payloads.length
}

function waitBy ({ random, world }: Actor): string {
  return random.chance(0.4) ? `&wait=${random.pick([0.05, 0.5, 2, world.draining ? 0.5 : 5])}` : ''
}

function noteAsked (
  { world }: Actor,
  queues: string[],
  wait: string,
  { status, body, sent, answered }: Heard
): void {
  if (status !== 200 && status !== 404) return
  const said = status === 200 ? 'jobs' : body.includes('queue is closed') ? 'closed' : 'none'
  world.history.asked.push({ queues, waits: wait !== '', said, sent, answered })
}
