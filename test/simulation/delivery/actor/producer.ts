import { say, pause, queues, type Actor, type Heard, type Queue } from './world.ts'
import { clock, type Options, type Push } from '../history/history.ts'

// More waiting jobs than this make a run no harder, only longer.
const mostAhead = 4000

/**
 * Pushes until there are as many jobs as were asked for: alone and in batches, with all sorts of
 * options.
 */
export async function produce (actor: Actor): Promise<void> {
  const { world, random } = actor
  while (world.pushed < world.jobs && !world.draining) {
    if (world.pushed - world.ended > mostAhead) await pause(5)
    const queue = random.pick(queues)
    const batch = random.chance(queue.name === 'bulk' ? 0.1 : 0.01)
    if (batch) await pushBatch(actor, queue)
    else await pushOne(actor, queue)
  }
}

function create ({ world, random, name }: Actor, queue: Queue, options: Options): Push {
  const token = `${queue.name}.${world.pushed++}`
  // Bytes that would not survive being parsed and written again. Some jobs kill their worker.
  const rest = random.pick([
    '',
    ', "n": 12345678901234567890',
    ',"n":1.0e2,"n":2',
    `,"__proto__":{"a":"\\u00e9 é"}, "pad": "${'x'.repeat(random.whole(0, 200))}"`
  ])
  const deadly = random.chance(0.003) ? ',"deadly":true' : ''
  return world.history.push(
    token,
    queue.name,
    `{"token":"${token}"${deadly}${rest} }`,
    options,
    name
  )
}

function optionsBy ({ random }: Actor): Options {
  return {
    ...(random.chance(0.15) && { priority: random.whole(0, 9) }),
    ...(random.chance(0.05) && { delay: random.whole(10, 1500) / 1000 }),
    ...(random.chance(0.2) && { tries: random.whole(1, 4) }),
    ...(random.chance(0.03) && { ttl: random.whole(20, 2000) / 1000 }),
    ...(random.chance(0.03) && { keep: 3600 })
  }
}

// How many pushes may wait at once.
const mostWaiting = 60

// Now and then more than a script does of anything in one go.
function sizeBy ({ random }: Actor): number {
  return random.chance(0.1) ? random.whole(200, 500) : random.whole(1, 50)
}

async function pushBatch (actor: Actor, queue: Queue): Promise<void> {
  const options = optionsBy(actor)
  // Whole batches that are dropped together.
  if (queue.name === 'bulk' && actor.random.chance(0.2)) {
    options.ttl = actor.random.whole(20, 1500) / 1000
  }
  const pushes = Array.from({ length: sizeBy(actor) }, () => create(actor, queue, options))
  const body = `{"jobs": [${pushes.map(({ payload }) => payload).join(', ')}]}`
  const heard = await say(actor, 'POST', `/qb/${queue.name}?${query(options)}`, { body })
  for (const push of pushes) settle(push, heard)
  actor.world.history.count(`push batch ${heard.status}`)
}

async function pushOne (actor: Actor, queue: Queue): Promise<void> {
  const { random, world } = actor
  const options = optionsBy(actor)
  if (random.chance(0.03)) options.delayed = Math.round(clock() + random.whole(-500, 1500)) / 1000
  if (options.delayed !== undefined) delete options.delay
  // Where ids begin again, a job that took over another's id could not be told from it; and keys
  // are forgotten.
  if (!queue.purges && random.chance(0.06)) {
    Object.assign(options, {
      uniq: `u${random.whole(1, 20)}`,
      on_duplicate: random.pick(['reject', 'ignore', 'replace'])
    })
  }
  if (options.on_duplicate === 'replace') delete options.ttl
  if (
    options.uniq === undefined &&
    world.waiting.size < mostWaiting &&
    random.chance(queue.awaited)
  ) {
    return wait(actor, queue, options)
  }
  const push = create(actor, queue, options)
  const key = !queue.purges && random.chance(0.06) && options.uniq === undefined ? push.token : null
  for (let first = true; ; first = false) {
    const cut =
      key !== null && first && random.chance(0.7)
        ? random.pick([0, 1, 2, 5, 'answer' as const])
        : undefined
    const call = {
      body: push.payload,
      ...(key !== null && { headers: { 'idempotency-key': key } }),
      ...(cut !== undefined && { cut })
    }
    const heard = await say(actor, 'POST', `/q/${queue.name}?${query(options)}`, call)
    pushed(actor, push, heard)
    // A producer that gave it a key asks until it knows; and sometimes once more.
    if (key === null || (typeof heard.status === 'number' && !(first && random.chance(0.3)))) return
  }
}

// Beside the producer, which goes on.
function wait (actor: Actor, queue: Queue, options: Options): void {
  const {
    random,
    world: { waiting }
  } = actor
  const push = create(actor, queue, { ...options, wait: random.pick([0.05, 0.5, 2, 6]) })
  const answer: Promise<void> = say(actor, 'POST', `/q/${queue.name}?${query(push.options)}`, {
    body: push.payload
  })
    .then(heard => {
      if (typeof heard.status === 'number') push.said = { status: heard.status, body: heard.body }
      pushed(actor, push, heard)
    })
    .finally(() => waiting.delete(answer))
  waiting.add(answer)
}

function pushed ({ world }: Actor, push: Push, heard: Heard): void {
  const ignored = heard.headers['x-presque-duplicate'] === 'true'
  world.history.count(`push ${push.said ? 'awaited ' : ''}${ignored ? 'ignored' : heard.status}`)
  settle(push, heard)
  const id = heard.headers['x-presque-job']
  if (push.outcome !== 'sure' || ignored || id === undefined) return
  world.history.identify(push, String(id))
  if (heard.headers.location !== `/j/${push.queue}/${id}`) {
    world.history.violate(
      'Location is where the job is',
      push.queue,
      String(heard.headers.location),
      push.job
    )
  }
}

// What answers a push that waits, and says that the job was stored.
const stored: Array<Heard['status']> = [200, 202, 404, 410, 422]

function settle (push: Push, { status, answered }: Heard): void {
  if (push.outcome === 'sure') return
  push.answered = answered
  push.outcome =
    status === 201 || (push.said && stored.includes(status))
      ? 'sure'
      : status === 'unknown'
        ? 'unknown'
        : 'refused'
}

function query (options: Options): string {
  return Object.entries(options)
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}
