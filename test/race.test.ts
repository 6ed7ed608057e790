import { test, type Test } from 'tap'
import { push } from '../operations/insertion.ts'
import { queueStatus } from '../operations/queue.ts'
import type { RedisClient } from '../operations/redis.ts'
import { startRedis } from './fixtures/redis.ts'
import { listen } from './helper.ts'

const clients = Array.from({ length: 20 }, (_, i) => i)

// In ms. Ten times what it takes on two slow cores.
const limit = 60_000

interface Taken { n: number, due?: number }

/** Two servers on one Redis. */
async function serve (t: Test): Promise<{ redis: RedisClient, urls: [string, string] }> {
  const { url } = await startRedis(t)
  const [one, other] = [await listen(t, { REDIS_URL: url }), await listen(t, { REDIS_URL: url })]
  return { redis: one.app.redis, urls: [one.url, other.url] }
}

/** Takes from both servers in turn, one job at a time or several, until `enough`. */
async function takeAll (urls: string[], client: number, enough: () => boolean, take: (jobs: Taken[]) => Promise<void> | void): Promise<void> {
  const path = client % 2 === 0 ? `/q/mail?worker_id=w${client}` : `/qb/mail?batch_size=7&worker_id=w${client}`
  for (let turn = client; !enough(); turn++) {
    const answer = await fetch(`${urls[turn % 2]}${path}`)
    const body = await answer.text()
    if (answer.status === 404) continue
    if (answer.status !== 200) throw new Error(`${answer.status} ${body}`)
    const jobs = client % 2 === 0 ? [body] : JSON.parse(body) as string[]
    await take(jobs.map(job => JSON.parse(job)))
  }
}

async function nowBy (redis: RedisClient): Promise<number> {
  const [seconds, micros] = await redis.time()
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
}

test('of 10 000 delayed jobs that 20 clients ask two servers for, each goes out once, and none before its time', async t => {
  const total = 10_000
  const { redis, urls } = await serve(t)
  const now = await nowBy(redis)
  const start = now + 500
  // Each millisecond of a second and a half a few, in an order that is not that of their times.
  const jobs = Array.from({ length: total }, (_, n) => ({ n, due: start + (n * 7919) % 1500 }))
  for (let i = 0; i < total; i += 2500) {
    await push(redis, 'mail', jobs.slice(i, i + 2500).map(job => ({ payload: JSON.stringify(job), delayed: job.due / 1000 })), { now: now / 1000 })
  }
  t.match(await queueStatus(redis, 'mail', { now: 0 }), { counts: { waiting: 0, delayed: total } })
  const taken: number[] = []
  const early: object[] = []
  const deadline = Date.now() + limit
  await Promise.all(clients.map(client => takeAll(urls, client, () => taken.length >= total || Date.now() > deadline, async got => {
    taken.push(...got.map(({ n }) => n))
    const at = Number(await redis.hget('{mail}:workers', `taken_at:w${client}`))
    early.push(...got.filter(({ due }) => at < due!).map(job => ({ ...job, at })))
  })))
  t.strictSame(taken.toSorted((a, b) => a - b), jobs.map(({ n }) => n), 'each once')
  t.strictSame(early, [], 'none early')
  t.match(await queueStatus(redis, 'mail'), { counts: { waiting: 0, delayed: 0 }, processed: total })
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
      const { status } = await fetch(`${urls[i % 2]}/q/mail`, { method: 'POST', headers, body: JSON.stringify({ n: client * each + i }) })
      if (status !== 201) throw new Error(`${status}`)
    }
  })
  const taking = clients.map(client => takeAll(urls, client, () => taken.length >= total || Date.now() > deadline, got => { taken.push(...got.map(({ n }) => n)) }))
  await Promise.all([...pushing, ...taking])
  t.strictSame(taken.toSorted((a, b) => a - b), Array.from({ length: total }, (_, n) => n), 'each once')
  t.match(await queueStatus(redis, 'mail'), { counts: { waiting: 0 }, processed: total })
})

test('of 20 clients that ask for one job at once, one gets it', async t => {
  const { redis, urls } = await serve(t)
  for (let round = 0; round < 50; round++) {
    await push(redis, 'mail', [{ payload: '{}' }])
    const answers = await Promise.all(clients.map(client => fetch(`${urls[client % 2]}/q${client % 3 === 0 ? 'b' : ''}/mail`)))
    t.strictSame(answers.map(({ status }) => status).sort(), [200, ...Array(19).fill(404)])
    await Promise.all(answers.map(answer => answer.text()))
  }
})
