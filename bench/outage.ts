// What presque does while its Redis is frozen, killed and brought back, with its data and without:
// under traffic all along, with clients that wait and listen.
// `node --import tsx bench/outage.ts [cycles] [seconds]`; 3 cycles, each of three outages of 10 s.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startRedis, type TestRedis } from '../test/support/redis/redis.ts'
import { Connection, connections, type Answer } from './connection.ts'
import { print, startServer, stop, type Figure, type Server } from './stage.ts'

const [cycles = 3, seconds = 10] = process.argv.slice(2).map(Number)
const clients = { traffic: 20, waiting: 50, events: 20, streams: 10 }

type Outage = (redis: TestRedis) => Promise<void>

const outages: Record<string, Outage> = {
  frozen: async ({ child }) => {
    child.kill('SIGSTOP')
    await delay(seconds * 1000)
    child.kill('SIGCONT')
  },
  'killed, back with its data': async redis => await killed(redis, false),
  'killed, back empty': async redis => await killed(redis, true)
}

async function killed (redis: TestRedis, empty: boolean): Promise<void> {
  await redis.stop()
  if (empty) {
    rmSync(join(dirname(redis.url.slice('unix://'.length)), 'appendonlydir'), { recursive: true })
  }
  await delay(seconds * 1000)
  await redis.start()
}

async function measure (redis: TestRedis, server: Server): Promise<Figure[]> {
  const crowd = await Crowd.gather(server.port)
  // The first of each brings in what stays.
  for (const outage of Object.values(outages)) await pass(crowd, redis, outage)
  const before = await still(crowd, server)
  const figures: Figure[] = []
  for (const name of Object.keys(outages)) figures.push(...(await repeat(crowd, redis, name)))
  const after = await still(crowd, server)
  const more = (what: 'heap' | 'rss'): number => (after[what] / before[what] - 1) * 100
  const odd = [...crowd.odd].join('; ').slice(0, 200)
  crowd.over = true
  return [
    ...figures,
    { what: 'odd answers', value: crowd.odd.size, unit: odd, most: 0 },
    { what: 'streams that ended', value: crowd.ended, unit: '', most: 0 },
    { what: 'heap before', value: before.heap / 2 ** 20, unit: 'MiB' },
    { what: 'heap more after', value: more('heap'), unit: '%', most: 10 },
    { what: 'RSS before', value: before.rss / 2 ** 20, unit: 'MiB' },
    { what: 'RSS more after', value: more('rss'), unit: '%', most: 10 }
  ]
}

async function repeat (crowd: Crowd, redis: TestRedis, name: string): Promise<Figure[]> {
  crowd.forget()
  const ms: number[] = []
  for (let cycle = 0; cycle < cycles; cycle++) ms.push(await pass(crowd, redis, outages[name]!))
  const most = Math.max(...ms)
  return [
    { what: `${name}: answered 503`, value: crowd.refused, unit: '', least: 1 },
    { what: '  the slowest answer', value: crowd.slowest, unit: 'ms', most: 1000 },
    { what: '  serves, wakes and tells again after, at most', value: most, unit: 'ms', most: 3000 }
  ]
}

/** One outage, and in ms how long after its end all is as it was. */
async function pass (crowd: Crowd, redis: TestRedis, outage: Outage): Promise<number> {
  await delay(2000)
  await outage(redis)
  const since = performance.now()
  const woken = crowd.woken + 1
  const told = crowd.told.map(count => count + 1)
  const streamed = crowd.streamed + 1
  const isBack = (): boolean =>
    crowd.woken >= woken &&
    crowd.streamed >= streamed &&
    crowd.told.every((count, i) => count >= told[i]!)
  while (!isBack()) {
    if (performance.now() - since > 30_000) {
      const counts = `${crowd.woken} of ${woken}, ${crowd.streamed} of ${streamed}`
      throw new Error(`not all is back: ${counts}`)
    }
    for (const queue of ['parked', 'streamed', 'told']) {
      await crowd.ask(crowd.asker, 'post', `/q/${queue}`)
    }
    await delay(20)
  }
  return performance.now() - since
}

async function still (crowd: Crowd, server: Server): Promise<{ heap: number, rss: number }> {
  crowd.paused = true
  await delay(3000)
  const found = await server.probe()
  crowd.paused = false
  return found
}

/** Clients that push and take, wait, listen and consume. */
class Crowd {
  refused = 0
  slowest = 0
  woken = 0
  streamed = 0
  told: number[] = []
  ended = 0
  paused = false
  over = false
  readonly odd = new Set<string>()
  readonly asker: Connection

  private constructor (asker: Connection) {
    this.asker = asker
  }

  static async gather (port: number): Promise<Crowd> {
    const [asker, ...others] = await connections(port, 1 + clients.traffic + clients.waiting)
    const crowd = new Crowd(asker!)
    for (const one of others.splice(0, clients.traffic)) {
      void crowd.#work(one).catch(error => crowd.odd.add(error.message))
    }
    for (const one of others) void crowd.#wait(one).catch(error => crowd.odd.add(error.message))
    for (let i = 0; i < clients.events; i++) {
      crowd.told[i] = 0
      await crowd.#listen(port, '/events?queue=told', text => {
        if (text.includes('event: pushed')) crowd.told[i]!++
      })
    }
    for (let i = 0; i < clients.streams; i++) {
      await crowd.#listen(port, '/q/streamed', text => {
        if (text.includes('event: job')) crowd.streamed++
      })
    }
    return crowd
  }

  forget (): void {
    this.refused = this.slowest = 0
  }

  async ask (connection: Connection, method: 'get' | 'post', path: string): Promise<Answer> {
    const since = performance.now()
    const answer = await connection[method](path, method === 'post' ? '{"to":"ann"}' : '')
    if (!path.includes('wait=')) this.slowest = Math.max(this.slowest, performance.now() - since)
    const { status, body } = answer
    const isOdd = ![200, 201, 204, 404].includes(status)
    if (status === 503 && body === '{"error":"redis is unavailable"}') this.refused++
    else if (isOdd) this.odd.add(`${method} ${path}: ${status} ${body}`)
    return answer
  }

  async #work (connection: Connection): Promise<void> {
    while (!this.over) {
      await delay(this.paused ? 100 : 20)
      if (this.paused) continue
      await this.ask(connection, 'post', '/q/mail')
      const { head, status } = await this.ask(connection, 'get', '/q/mail?lease=30')
      const ack = status === 200 ? /<([^>]+)>; rel="ack"/.exec(head)?.[1] : undefined
      if (ack !== undefined) await this.ask(connection, 'post', ack)
    }
  }

  async #wait (connection: Connection): Promise<void> {
    while (!this.over) {
      const { status } = await this.ask(connection, 'get', '/q/parked?wait=60')
      if (status === 200) this.woken++
      if (status === 503) await delay(100)
    }
  }

  async #listen (port: number, path: string, hear: (text: string) => void): Promise<void> {
    const request = get({ port, path, headers: { accept: 'text/event-stream' }, agent: false })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.on('error', () => {}).setEncoding('utf8').on('data', hear)
    response.on('close', () => {
      if (!this.over) this.ended++
    })
  }
}

const ends: Array<() => unknown> = []
const children: ChildProcess[] = []
try {
  const teardown = (end: unknown) => {
    ends.push(end as () => unknown)
  }
  const redis = await startRedis({ teardown }, ['--appendonly', 'yes', '--appendfsync', 'everysec'])
  const server = await startServer(redis.url, children)
  print(`${cycles} times three outages of ${seconds} s`, await measure(redis, server))
} finally {
  for (const child of children) await stop(child)
  for (const end of ends) await end()
}
// The clients are cut off.
process.exit()
