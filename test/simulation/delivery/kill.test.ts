import { test, type Test } from 'tap'
import { ask, type Answer } from './actor/client.ts'
import { HeldRedis } from './held-redis.ts'
import { Server, startServers } from './servers.ts'
import { ask as askRedis } from '../../support/redis/private-redis.ts'
import { until } from '../../support/until.ts'

// In ms: a few on an idle machine; that of a test may be busy.
const prompt = 500
const rounds = 3

interface Lease {
  id: string
  receipt: string
  attempt: number
  from: number
  to: number
}

interface Place {
  victim: Server
  way: HeldRedis
  other: Server
  queue: string
  redis: string
}

function leased ({ status, headers }: Answer): Lease {
  if (status !== 200) throw new Error(`no job: ${status}`)
  const to = Math.round(Number(headers['x-presque-lease-expires']) * 1000)
  return {
    id: String(headers['x-presque-job']),
    receipt: String(headers['x-presque-receipt']),
    attempt: Number(headers['x-presque-attempt']),
    from: to - 1000,
    to
  }
}

const push = async ({ other, queue }: Place): Promise<Answer> =>
  await ask(other, 'POST', `/q/${queue}`, { body: '{"to":"ann"}' })
const take = async (server: Server, queue: string, wait = 0): Promise<Answer> =>
  await ask(server, 'GET', `/q/${queue}?lease=1&wait=${wait}`)
const ack = async (server: Server, queue: string, { id, receipt }: Lease): Promise<Answer> =>
  await ask(server, 'POST', `/j/${queue}/${id}/ack?receipt=${receipt}`)

async function leaseEnd ({ other, queue }: Place, id: string): Promise<number | null> {
  const { lease_expires_at: at } = JSON.parse(
    (await ask(other, 'GET', `/j/${queue}/${id}`)).body
  ) as { lease_expires_at: number | null }
  return at && Math.round(at * 1000)
}

async function bothWait ({ redis, queue }: Place): Promise<boolean> {
  return (await askRedis(redis, 'ZCARD', `presque:{${queue}}:waiters`)) === 2
}

/**
 * Points at which a server dies. Each resolves with the end of the lease that it leaves behind, and
 * with who waits for that.
 */
const deaths: Record<
  string,
  (place: Place) => Promise<{ ended: number; waiting: Promise<Answer> }>
> = {
  async 'before its answer' (place) {
    await push(place)
    place.way.holdAnswers()
    const never = take(place.victim, place.queue)
    let ended: number | null = null
    await until('the job is taken', async () => (ended = await leaseEnd(place, '1')) !== null)
    await place.victim.kill()
    await never
    return { ended: ended!, waiting: take(place.other, place.queue, 10) }
  },
  async 'after its answer, before the ack' (place) {
    await push(place)
    const { to } = leased(await take(place.victim, place.queue))
    await place.victim.kill()
    return { ended: to, waiting: take(place.other, place.queue, 10) }
  },
  async 'in the middle of an ack' (place) {
    await push(place)
    const lease = leased(await take(place.victim, place.queue))
    place.way.holdRequests()
    const never = ack(place.victim, place.queue, lease)
    await place.victim.kill()
    await never
    return { ended: lease.to, waiting: take(place.other, place.queue, 10) }
  },
  // The one that waits at the other server came before all this, and must hear of the lease.
  async 'while both had a client waiting' (place) {
    for (;;) {
      const [here, there] = [
        take(place.victim, place.queue, 10),
        take(place.other, place.queue, 10)
      ]
      await until('both wait', async () => await bothWait(place))
      await push(place)
      const [first, atVictim] = await Promise.race([
        here.then(answer => [answer, true] as const),
        there.then(answer => [answer, false] as const)
      ])
      if (atVictim) {
        await place.victim.kill()
        return { ended: leased(first).to, waiting: there }
      }
      await ack(place.other, place.queue, leased(first))
      await push(place)
      await ack(place.victim, place.queue, leased(await here))
    }
  }
}

test('a job whose server is killed comes back when its lease ends, ' +
  'at once to a client that waits at another server', async t => {
  const {
    servers: [other],
    redisUrl,
    stop
  } = await startServers(1)
  t.teardown(stop)
  for (const [when, die] of Object.entries(deaths)) {
    await t.test(when, async t => {
      const places = await Promise.all(
        Array.from({ length: rounds }, async (_, round) => ({
          ...(await newVictim(t, redisUrl)),
          other: other!,
          queue: `${when.replaceAll(/\W/g, '-')}-${round}`,
          redis: redisUrl.slice('unix://'.length)
        }))
      )
      const late = await Promise.all(places.map(place => comesBack(t, die, place)))
      t.comment(
        `${late.sort((a, b) => a - b)[rounds >> 1]} ms after the end of the lease (median ` +
          `of ${rounds})`
      )
    })
  }
})

let victims = 0

async function newVictim (t: Test, redisUrl: string): Promise<{ victim: Server; way: HeldRedis }> {
  const way = await HeldRedis.start(t, redisUrl, `way-${victims++}`)
  const victim = new Server(way.url)
  t.teardown(async () => await victim.stop())
  await victim.start()
  return { victim, way }
}

// Returns how many ms of Redis's time it was late.
async function comesBack (t: Test, die: (typeof deaths)[string], place: Place): Promise<number> {
  const { ended, waiting } = await die(place)
  const again = leased(await waiting)
  const late = again.from - ended
  t.ok(late >= 0, 'not before the lease has ended')
  t.ok(late < prompt, `${late} ms after it`)
  t.equal(again.attempt, 2)
  t.equal((await ack(place.other, place.queue, again)).status, 204, 'and its new receipt is good')
  return late
}
