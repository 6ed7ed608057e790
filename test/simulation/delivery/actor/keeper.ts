import { pause, say, type Actor, type Queue } from './world.ts'
import type { Change } from '../history/events.ts'

/**
 * Stops and opens a queue, or purges it, as long as there is something to disturb. Leaves it open.
 */
export async function keep (actor: Actor, queue: Queue): Promise<void> {
  const { world, random } = actor
  if (!queue.stops && !queue.purges) return
  while (!world.draining) {
    await pause(random.whole(100, 1200))
    if (world.draining) return
    if (queue.purges) await purge(actor, queue.name)
    else await shut(actor, queue.name)
  }
}

async function shut (actor: Actor, queue: string): Promise<void> {
  const { random } = actor
  const seconds = random.chance(0.5) ? random.whole(50, 800) / 1000 : undefined
  await change(actor, queue, 'stop', seconds)
  await pause(random.whole(50, 900))
  // Now and then it is left to open by itself.
  if (seconds !== undefined && random.chance(0.6)) return
  while ((await change(actor, queue, 'start')) === 'unknown');
}

async function purge (actor: Actor, queue: string): Promise<void> {
  const { world } = actor
  const { status, body } = await say(actor, 'GET', `/status/${queue}`)
  await change(actor, queue, 'purge')
  // No worker will end these.
  if (status === 200) world.ended += (JSON.parse(body) as { size: number }).size
}

async function change (
  actor: Actor,
  queue: string,
  verb: Change['verb'],
  seconds?: number
): Promise<Change['outcome']> {
  const {
    world: { history },
    name
  } = actor
  const body = JSON.stringify({ status: verb, for: seconds })
  const { status, sent, answered } =
    verb === 'purge'
      ? await say(actor, 'DELETE', `/q/${queue}`)
      : await say(actor, 'POST', `/control/${queue}`, { body })
  const outcome = status === 'unknown' ? 'unknown' : 'done'
  if (outcome === 'done' && status !== (verb === 'purge' ? 204 : 200)) {
    history.violate('no request fails', queue, `${verb}: ${status}`, null)
  }
  history.change({
    queue,
    verb,
    outcome,
    actor: name,
    sent,
    answered,
    ...(seconds !== undefined && { seconds })
  })
  // What a killed server was doing may be done a little later.
  if (outcome === 'unknown') await pause(50)
  return outcome
}
