import { setTimeout } from 'node:timers/promises'
import { forgive, startReplicated, type Place, type Replicated } from './failover.ts'
import { judge, type End } from './invariant/queue.ts'
import { tokenIn, History } from './history/history.ts'
import { ask } from './actor/client.ts'
import { keep } from './actor/keeper.ts'
import { produce } from './actor/producer.ts'
import { Random } from '../../support/random.ts'
import { startServers, type Server } from './servers.ts'
import { work } from './actor/worker.ts'
import { pause, purged, queues, type Actor, type Queue, type World } from './actor/world.ts'

export interface Plan {
  seed: number
  jobs: number
  kills: number
  seconds: number
  /** Kills a master so often, of a Redis of that kind. */
  failovers?: number
  place?: Place
  say?: (sentence: string) => void
}

const workers = 48
const producers = 6
// In s: longer than any lease, delay or backoff here.
const stuckAfter = 15

/** Lets producers and workers loose on real servers, and judges what they saw. */
export async function run ({
  seed,
  jobs,
  kills,
  seconds,
  failovers = 0,
  place = 'sentinel',
  say = () => {}
}: Plan): Promise<History> {
  const replicated = failovers > 0 ? await startReplicated(place) : undefined
  const { servers, stop } = await startServers(2, kills > 0 ? 2 : 1, replicated)
  const world: World = {
    history: new History(purged),
    servers,
    jobs,
    pushed: 0,
    ended: 0,
    draining: false,
    over: false,
    stalled: new Set(),
    waiting: new Set(),
    forgetful: failovers > 0
  }
  const random = new Random(seed)
  const actor = (name: string): Actor => ({ world, random: random.fork(), name })
  try {
    await Promise.all(queues.map(queue => setUp(world, queue)))
    const killing = Promise.all([
      kill(actor('killer'), kills),
      failOver(actor('killer'), replicated, failovers)
    ])
    const working = Array.from({ length: workers }, (_, i) => work(actor(`worker ${i}`)))
    const producing = Promise.all(
      Array.from({ length: producers }, (_, i) => produce(actor(`producer ${i}`)))
    )
    // No server waits until a stop or a purge has a replica: over a failover they are not promised.
    const keeping = Promise.all(
      world.forgetful ? [] : queues.map(queue => keep(actor(`keeper of ${queue.name}`), queue))
    )
    await Promise.race([
      producing,
      killing.then(() => producing),
      setTimeout(seconds * 1000, null, { ref: false })
    ])
    world.draining = true
    say(`${world.pushed} jobs are pushed; draining`)
    await Promise.all([killing, producing, keeping])
    await drained(world)
    await Promise.all([...world.stalled, ...world.waiting])
    world.over = true
    await Promise.all(working)
    for (const queue of queues) {
      judge(world.history, queue.name, queue, await endOf(world, queue.name))
    }
    if (failovers > 0) forgive(world.history)
    return world.history
  } finally {
    world.draining = world.over = true
    await stop()
  }
}

async function setUp (
  { servers: [server] }: World,
  { name, tries, keep, concurrency, rate, backoff }: Queue
): Promise<void> {
  const { status, body } = await ask(server!, 'POST', `/control/${name}`, {
    body: JSON.stringify({ tries, keep, concurrency, rate, backoff })
  })
  if (status !== 200) throw new Error(`/control/${name}: ${status} ${body}`)
}

// Spread over the time of pushing, one server at a time.
async function kill ({ world, random }: Actor, kills: number): Promise<void> {
  for (let i = 1; i <= kills; i++) {
    while (world.pushed < (world.jobs * i) / (kills + 1) && !world.draining) await pause(5)
    if (world.draining) return
    const server = random.pick(world.servers)
    await server.kill()
    world.history.count('server killed')
    await server.start()
  }
}

async function failOver (
  { world }: Actor,
  replicated: Replicated | undefined,
  failovers: number
): Promise<void> {
  for (let i = 1; i <= failovers; i++) {
    while (world.pushed < (world.jobs * i) / (failovers + 1) && !world.draining) await pause(5)
    if (world.draining) return
    await replicated!.failOver()
    world.history.count('failover')
  }
}

// Until nothing is left, or nothing moves any more.
async function drained (world: World): Promise<void> {
  let before = ''
  for (let since = Date.now(); Date.now() - since < stuckAfter * 1000;) {
    const ends = await Promise.all(queues.map(({ name }) => statusOf(world, name)))
    if (
      ends.every(({ counts: { waiting, delayed, active } }) => waiting + delayed + active === 0)
    ) {
      return
    }
    const now = JSON.stringify(ends.map(({ counts }) => counts))
    if (now !== before) since = Date.now()
    before = now
    await pause(100)
  }
}

type Status = Pick<End, 'counts'> & End['counters']

async function statusOf (world: World, queue: string): Promise<Status> {
  const status: Status = JSON.parse(await read(world.servers[0]!, `/status/${queue}`))
  const { retrying, delayed } = status.counts
  if (retrying > delayed || retrying < 0) {
    const detail = `${retrying} retrying, ${delayed} delayed`
    world.history.violate('no more jobs are retrying than are delayed', queue, detail, null)
  }
  return status
}

// Once more, if jobs that are kept for a minute have gone while the lists were read.
async function endOf (world: World, queue: string): Promise<End> {
  const { counts, processed, failed, lost, expired } = await statusOf(world, queue)
  const [failing, completed] = [
    await listed(world, queue, 'failed'),
    await listed(world, queue, 'completed')
  ]
  if ((await statusOf(world, queue)).counts.completed !== counts.completed) {
    return await endOf(world, queue)
  }
  return { counts, counters: { processed, failed, lost, expired }, failed: failing, completed }
}

// Over a connection of its own: a kept one may have ended while the history was judged.
async function read ({ port }: Server, path: string): Promise<string> {
  const { status, body } = await ask({ port, agent: false }, 'GET', path)
  if (status !== 200) throw new Error(`${path}: ${status} ${body}`)
  return body
}

// Page by page, of a size that divides nothing.
async function listed (
  { servers, history }: World,
  queue: string,
  state: string
): Promise<Set<string>> {
  const tokens = new Set<string>()
  for (let offset = 0; ; offset += 617) {
    const text = await read(servers[1]!, `/j/${queue}?state=${state}&offset=${offset}&limit=617`)
    const { jobs } = JSON.parse(text) as {
      jobs: Array<{ id: string; state: string; payload: { token: string } }>
    }
    if (jobs.length === 0) return tokens
    for (const { id, payload } of jobs) {
      const token = tokenIn(JSON.stringify(payload))
      const push = history.pushes.get(token)
      if (push === undefined || tokens.has(token)) {
        history.violate('a job is listed once', queue, `${id}: ${token}`, push?.job ?? null)
      } else history.identify(push, id)
      tokens.add(token)
    }
  }
}
