import { ack, perform, type Held } from './acts.ts'
import { clock } from '../history/history.ts'
import { leaseBy, received } from './received.ts'
import { pause, purged, type Actor } from './world.ts'

type Way = (actor: Actor, held: Held) => Promise<unknown>

// How many clients may stall at once: each costs a lease's time at the end.
const mostStalled = 400

// After a purge the number of a job may be another's: only those who show a receipt can make no
// mistake.
const byNumber = ['cancel', 'redrive', 'race', 'actUnheard']

/** What a worker does with a job. Returns the next one, if it got one with the answer. */
export async function handle (actor: Actor, held: Held, mayHaveNext = true): Promise<Held | null> {
  const { world, random } = actor
  // It has died; others go on.
  if (held.deadly && !random.chance(0.1)) return null
  if (mayHaveNext && random.chance(world.draining ? 0.02 : 0.1)) {
    return await ackForNext(actor, held)
  }
  const way = world.draining
    ? random.weighted({ ack: 95, nack: 4, touch: 1 })
    : random.weighted({
      ack: 62,
      nack: 9,
      giveUp: 1,
      release: 4,
      touch: 5,
      ackTwice: 3,
      ackUnheard: 2,
      actUnheard: 1,
      cancel: 1.5,
      race: 2,
      redrive: 1,
      stall: held.queue === 'narrow' ? 6 : 3,
      crash: 0.7
    })
  if (way === 'stall' && world.stalled.size < mostStalled) {
    const stalled: Promise<void> = stall(actor, held).finally(() => world.stalled.delete(stalled))
    world.stalled.add(stalled)
  } else {
    const careful = purged.includes(held.queue) && byNumber.includes(way)
    await ways[careful ? 'ackTwice' : way === 'stall' ? 'ack' : way](actor, held)
  }
  return null
}

const ways: Record<
  | 'ack'
  | 'nack'
  | 'giveUp'
  | 'release'
  | 'touch'
  | 'ackTwice'
  | 'ackUnheard'
  | 'actUnheard'
  | 'cancel'
  | 'race'
  | 'redrive'
  | 'crash',
  Way
> = {
  ack,
  nack: (actor, held) => perform(actor, held, 'nack', delayBy(actor, held)),
  giveUp: (actor, held) => perform(actor, held, 'nack', { retry: false }),
  release: (actor, held) => perform(actor, held, 'release', delayBy(actor, held)),
  async touch (actor, held) {
    await perform(actor, held, 'touch', { lease: leaseBy(actor) })
    await ack(actor, held)
  },
  async ackTwice (actor, held) {
    await ack(actor, held)
    await ack(actor, held)
  },
  // The worker asks again until it knows.
  async ackUnheard (actor, held) {
    await ack(actor, held, { cut: actor.random.pick([0, 1, 2, 4, 'answer']) })
    await ack(actor, held)
  },
  async actUnheard (actor, held) {
    const verb = actor.random.pick(['nack', 'release', 'touch', 'cancel'] as const)
    await perform(actor, held, verb, {
      ...delayBy(actor, held),
      lease: leaseBy(actor),
      cut: actor.random.pick([0, 1, 2, 4, 'answer'])
    })
    await ack(actor, held)
  },
  async cancel (actor, held) {
    await perform(actor, held, 'cancel')
    if (actor.random.chance(0.5)) await ack(actor, held)
  },
  async race (actor, held) {
    const verb = actor.random.pick(['nack', 'release', 'cancel', 'touch'] as const)
    await Promise.all([
      ack(actor, held),
      perform(actor, held, verb, { ...delayBy(actor, held), lease: leaseBy(actor) })
    ])
  },
  async redrive (actor, held) {
    const failed = await perform(actor, held, 'nack', { retry: false })
    if (failed === 'done') await perform(actor, held, 'retry')
  },
  crash: async () => {}
}

async function ackForNext (actor: Actor, held: Held): Promise<Held | null> {
  const lease = leaseBy(actor)
  const wait = actor.random.chance(0.3) ? '&wait=0.2' : ''
  const heard = await ack(actor, held, { next: `&next=1&lease=${lease / 1000}${wait}` })
  return received(actor, heard, lease, [held.queue])
}

// Sleeps into the end of the lease, or past it, and then wants to go on as if nothing had been.
async function stall (actor: Actor, held: Held): Promise<void> {
  const { random } = actor
  await pause(held.expires - clock() + random.pick([-30, -5, 0, 1, 3, 10, 50, 400]))
  const verb = random.weighted({ ack: 40, touch: 20, nack: 15, release: 10, twice: 15 })
  if (verb === 'ack') await ack(actor, held)
  else if (verb === 'twice') {
    await Promise.all([ack(actor, held), perform(actor, held, 'touch', { lease: 1000 })])
  } else await perform(actor, held, verb, { ...delayBy(actor, held), lease: leaseBy(actor) })
  if (verb === 'touch') await ack(actor, held)
}

// The backoff that is left to a queue after a purge is longer than a run.
function delayBy ({ random }: Actor, { queue }: Held): { delay?: number } {
  const none = purged.includes(queue) ? { delay: 0.05 } : {}
  return random.pick([none, none, { delay: 0 }, { delay: random.whole(1, 300) / 1000 }])
}
