import { setImmediate } from 'node:timers/promises'
import { test, type Test } from 'tap'
import { setPolicy } from '../../operations/queue/policy.ts'
import { ack } from '../../operations/job/ack.ts'
import type { Delivery } from '../../operations/job/delivery.ts'
import { nack } from '../../operations/job/nack.ts'
import { restore } from '../../operations/job/put-back.ts'
import { release } from '../../operations/job/release.ts'
import { touch } from '../../operations/job/touch.ts'
import { push } from '../../operations/job/push.ts'
import { cancelAll, retry, retryAll } from '../../operations/job/bulk.ts'
import { queueStatus } from '../../operations/queue/queue.ts'
import type { RedisClient } from '../../operations/redis/store.ts'
import { take } from '../../operations/job/take.ts'
import { Random } from '../support/random.ts'
import { startRedis } from '../support/redis/redis.ts'
import { listen } from '../support/server/app.ts'

const clients = Array.from({ length: 20 }, (_, i) => i)

// In ms. Ten times what it takes on two slow cores.
const limit = 60_000

interface Taken {
  n: number
  due?: number
}

/** Two servers on one Redis. */
async function serve (t: Test): Promise<{ redis: RedisClient; urls: [string, string] }> {
  const { url } = await startRedis(t)
  const [one, other] = [await listen(t, { REDIS_URL: url }), await listen(t, { REDIS_URL: url })]
  return { redis: one.app.redis, urls: [one.url, other.url] }
}

/** Takes from both servers in turn, one job at a time or several, until `enough`. */
async function takeAll (
  urls: string[],
  client: number,
  enough: () => boolean,
  take: (jobs: Taken[]) => Promise<void> | void
): Promise<void> {
  const path =
    client % 2 === 0 ? `/q/mail?worker_id=w${client}` : `/qb/mail?batch_size=7&worker_id=w${client}`
  for (let turn = client; !enough(); turn++) {
    const answer = await fetch(`${urls[turn % 2]}${path}`)
    const body = await answer.text()
    if (answer.status === 404) continue
    if (answer.status !== 200) throw new Error(`${answer.status} ${body}`)
    const jobs = client % 2 === 0 ? [body] : (JSON.parse(body) as string[])
    await take(jobs.map(job => JSON.parse(job)))
  }
}

async function nowBy (redis: RedisClient): Promise<number> {
  const [seconds, micros] = await redis.time()
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
}

test('of 10 000 delayed jobs that 20 clients ask two servers for, each goes out once, ' +
  'and none before its time', async t => {
  const total = 10_000
  const { redis, urls } = await serve(t)
  const now = await nowBy(redis)
  const start = now + 500
  // Each millisecond of a second and a half a few, in an order that is not that of their times.
  const jobs = Array.from({ length: total }, (_, n) => ({ n, due: start + ((n * 7919) % 1500) }))
  for (let i = 0; i < total; i += 2500) {
    await push(
      redis,
      'mail',
      jobs
        .slice(i, i + 2500)
        .map(job => ({ payload: JSON.stringify(job), delayed: job.due / 1000 })),
      { now: now / 1000 }
    )
  }
  t.match(await queueStatus(redis, 'mail', { now: 0 }), { counts: { waiting: 0, delayed: total } })
  const taken: number[] = []
  const early: object[] = []
  const deadline = Date.now() + limit
  await Promise.all(
    clients.map(client =>
      takeAll(
        urls,
        client,
        () => taken.length >= total || Date.now() > deadline,
        async got => {
          taken.push(...got.map(({ n }) => n))
          // It begins with the time by which the script gave the jobs out.
          const at = parseInt((await redis.hget('{mail}:latest', `w${client}`)) ?? '')
          if (!(at > 0)) throw new Error(`no time is known of what w${client} took`)
          early.push(...got.filter(({ due }) => at < due!).map(job => ({ ...job, at })))
        }
      )
    )
  )
  t.strictSame(
    taken.toSorted((a, b) => a - b),
    jobs.map(({ n }) => n),
    'each once'
  )
  t.strictSame(early, [], 'none early')
  t.match(await queueStatus(redis, 'mail'), {
    counts: { waiting: 0, delayed: 0 },
    processed: total
  })
})

test('of the jobs that 20 clients push while 20 others take, each goes out once', async t => {
  const each = 50
  const total = each * clients.length
  const { redis, urls } = await serve(t)
  const taken: number[] = []
  const deadline = Date.now() + limit
  const headers = { 'content-type': 'application/json' }
  const pushing = clients.map(async client => {
    for (let i = 0; i < each; i++) {
      const { status } = await fetch(`${urls[i % 2]}/q/mail`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ n: client * each + i })
      })
      if (status !== 201) throw new Error(`${status}`)
    }
  })
  const taking = clients.map(client =>
    takeAll(
      urls,
      client,
      () => taken.length >= total || Date.now() > deadline,
      got => {
        taken.push(...got.map(({ n }) => n))
      }
    )
  )
  await Promise.all([...pushing, ...taking])
  t.strictSame(
    taken.toSorted((a, b) => a - b),
    Array.from({ length: total }, (_, n) => n),
    'each once'
  )
  t.match(await queueStatus(redis, 'mail'), { counts: { waiting: 0 }, processed: total })
})

test('of 20 clients that ask for one job at once, one gets it', async t => {
  const { redis, urls } = await serve(t)
  for (let round = 0; round < 50; round++) {
    await push(redis, 'mail', [{ payload: '{}' }])
    const answers = await Promise.all(
      clients.map(client => fetch(`${urls[client % 2]}/q${client % 3 === 0 ? 'b' : ''}/mail`))
    )
    t.strictSame(answers.map(({ status }) => status).sort(), [200, ...Array(19).fill(404)])
    await Promise.all(answers.map(answer => answer.text()))
  }
})

// How many unfinished jobs have a unique key, as Redis has them; and whether the key is that of the
// one there is.
const unfinished = `
local count, id = 0, redis.call('HGET', KEYS[4], 'k')
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local member = string.char(96 + #all[i]) .. all[i]
  local has_ended = redis.call('ZSCORE', KEYS[2], member) or redis.call('ZSCORE', KEYS[3], member)
  if not has_ended and cjson.decode(all[i + 1]).unique == 'k' then
    count = count + (all[i] == id and 1 or 100)
  end
end
return count`

const held = ({ id, lease }: Delivery) => ({ id, receipt: lease!.receipt })

/**
 * What a client of one unique key does: at each step one of these, with jobs that any client has
 * had.
 */
function ways (
  redis: RedisClient,
  random: Random,
  had: Delivery[]
): Record<string, () => Promise<unknown>> {
  const one = (): Delivery => had[Math.max(0, had.length - 1 - random.below(20))]!
  const leased = (): ReturnType<typeof held> => held(one())
  const delay = (): number => random.whole(0, 1) / 100
  return {
    push: async () =>
      await push(redis, 'mail', [
        {
          payload: '{}',
          uniq: 'k',
          on_duplicate: random.pick(['reject', 'ignore', 'replace']),
          keep: delay()
        }
      ]),
    take: async () => had.push(...(await take(redis, 'mail', { lease: 0.01 }))),
    takeLonger: async () => had.push(...(await take(redis, 'mail', { lease: 0.1 }))),
    ack: async () => await ack(redis, 'mail', [leased()]),
    nack: async () => await nack(redis, 'mail', [{ ...leased(), delay: delay() }]),
    fail: async () => await nack(redis, 'mail', [{ ...leased(), retry: false }]),
    release: async () =>
      await release(redis, 'mail', leased(), { delay: delay(), front: random.chance(0.5) }),
    touch: async () => await touch(redis, 'mail', [{ ...leased(), lease: 0.01 }]),
    putBack: async () => {
      const taken = await take(redis, 'mail')
      await setImmediate()
      await restore(redis, 'mail', taken)
    },
    retry: async () => await retry(redis, 'mail', one().id),
    redrive: async () => await retryAll(redis, 'mail', 'failed', 10),
    drop: async () => await cancelAll(redis, 'mail', 'failed', 3)
  }
}

test(
  'whatever 50 clients do with one unique key, it never has two unfinished jobs',
  { timeout: limit },
  async t => {
    const { redis } = await serve(t)
    const random = new Random(7)
    const had: Delivery[] = []
    const acts = Object.entries(ways(redis, random, had))
    await setPolicy(redis, 'mail', { tries: 2 })
    await push(redis, 'mail', [{ payload: '{}', uniq: 'k' }])
    had.push(...(await take(redis, 'mail', { lease: 0.01 })))
    const said: Record<string, number> = {}
    const steps = { left: 10_000 }
    async function client (): Promise<void> {
      while (steps.left-- > 0) {
        const [name, act] = random.pick(acts)
        const answer = await act().catch((error: { code: string }) => error.code)
        const isTwin =
          answer === false || JSON.stringify(answer ?? null).includes('"duplicate":true')
        said[`${name} ${isTwin ? 'duplicate' : typeof answer === 'string' ? answer : 'done'}`] = 1
      }
    }
    const counts = new Set<number>()
    async function watch (): Promise<void> {
      while (steps.left > 0) {
        counts.add(
          (await redis.eval(
            unfinished,
            4,
            ...['details', 'failed', 'completed', 'unique'].map(key => `{mail}:${key}`)
          )) as number
        )
      }
    }
    await Promise.all([watch(), ...Array.from({ length: 50 }, client)])
    t.strictSame([...counts].toSorted(), [0, 1], 'none or one, at any time')
    t.match(
      Object.keys(said).toSorted().join(', '),
      /push JOB_EXISTS.*retry JOB_DUPLICATE/,
      'and it came to that'
    )
  }
)
