// 1000 clients listen to one queue, and 10 000 events come at once: when each of them has all. One
// more does not read: it is dropped, and comes back. And what it costs to listen to 200 queues in
// which little happens.
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { push } from '../operations/job/push.ts'
import { perform, spread, type Figure, type Server, type Stage } from './stage.ts'

const clients = 1000
const events = 10_000
const queues = 200
const seconds = 10

await perform(`${clients} clients listen, and ${events} events come at once`, measure)

async function measure (stage: Stage): Promise<Figure[]> {
  const server = await stage.serve()
  return [
    ...(await burst(stage, server)),
    ...(await slow(stage, server)),
    ...(await idle(stage, server))
  ]
}

async function burst ({ redis }: Stage, server: Server): Promise<Figure[]> {
  const before = await server.probe()
  const ears = await Promise.all(
    Array.from({ length: clients }, () => listen(server.port, '/events?queue=mail'))
  )
  const listening = await server.probe()
  const since = performance.now()
  // As single pushes, one call each.
  for (let i = 0; i < events; i += 1000) {
    await Promise.all(Array.from({ length: 1000 }, () => push(redis, 'mail', [{ payload: '{}' }])))
  }
  const pushed = performance.now() - since
  const times = await Promise.all(ears.map(async ear => (await ear.has(events)) - since))
  const after = await server.probe()
  for (const ear of ears) ear.response.destroy()
  const first = Math.min(...times)
  const last = Math.max(...times)
  const rss = (listening.rss - before.rss) / clients / 1024
  const cpu = ((after.cpu - listening.cpu) * 1000) / clients / events
  return [
    ...(await comeBack(server, ears)),
    { what: 'memory (RSS) a client', value: rss, unit: 'KiB' },
    { what: 'all are pushed after', value: pushed, unit: 'ms' },
    ...spread('a client has all after', 'ms', times),
    { what: 'the last after the first', value: last / first, unit: 'times', most: 2 },
    { what: 'events told', value: (clients * events) / (last / 1000), unit: 'a second' },
    { what: 'CPU time', value: cpu, unit: 'us an event' },
    { what: 'memory (RSS) more', value: (after.rss - listening.rss) / 2 ** 20, unit: 'MiB' }
  ]
}

async function comeBack (server: Server, ears: Ear[]): Promise<Figure[]> {
  const since = performance.now()
  const again = await Promise.all(
    ears.map(async ({ firstId }) => await listen(server.port, '/events?queue=mail', firstId))
  )
  const times = await Promise.all(again.map(async ear => (await ear.has(events)) - since))
  for (const ear of again) ear.response.destroy()
  return spread('come back at once from the first id, a client has all after', 'ms', times)
}

async function slow ({ redis }: Stage, server: Server): Promise<Figure[]> {
  const ear = await listen(server.port, '/events?queue=slow')
  const quick = await listen(server.port, '/events?queue=slow')
  ear.response.pause()
  let count = 0
  for (; count < 200_000; count += events) {
    await push(redis, 'slow', Array(events).fill({ payload: '{}' }))
    await quick.has(count + events)
  }
  ear.response.resume()
  await once(ear.response, 'close')
  const again = await listen(server.port, '/events?queue=slow', ear.lastId)
  await again.has(count - ear.count)
  for (const one of [quick, again]) one.response.destroy()
  return [
    {
      what: 'a client that does not read: told to come back',
      value: ear.dropped ? 1 : 0,
      unit: '',
      least: 1
    },
    {
      what: '  missed when it has come back',
      value: count - ear.count - again.count,
      unit: 'events',
      most: 0
    }
  ]
}

async function idle ({ redis }: Stage, server: Server): Promise<Figure[]> {
  for (let i = 0; i < queues; i++) await push(redis, `queue${i}`, [{ payload: '{}' }])
  const ear = await listen(server.port, '/events')
  await delay(3000)
  const before = await server.probe()
  for (let i = 0; i < seconds * 10; i++) {
    await push(redis, `queue${i % queues}`, [{ payload: '{}' }])
    await delay(100)
  }
  const after = await server.probe()
  ear.response.destroy()
  return [
    {
      what: `CPU time of listening to ${queues} queues, 10 events a second`,
      value: (after.cpu - before.cpu) / seconds,
      unit: 'ms a second',
      most: 50
    }
  ]
}

/** Counts what it hears. */
interface Ear {
  response: IncomingMessage
  count: number
  firstId: string
  lastId: string
  dropped: boolean
  has (count: number): Promise<number>
}

async function listen (port: number, path: string, lastId?: string): Promise<Ear> {
  const headers = lastId === undefined ? {} : { 'last-event-id': lastId }
  const request = get({ port, path, headers, agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const ear = earOf(response)
  await once(response, 'data')
  return ear
}

function earOf (response: IncomingMessage): Ear {
  let [wanted, done] = [Infinity, () => {}]
  const ear: Ear = {
    response,
    count: 0,
    firstId: '',
    lastId: '',
    dropped: false,
    has: async count => {
      const enough = (resolve: () => void) => {
        wanted = count
        done = resolve
      }
      if (ear.count < count) await new Promise<void>(enough)
      return performance.now()
    }
  }
  let rest = ''
  response.on('error', () => {})
  response.setEncoding('latin1').on('data', (text: string) => {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop()!
    hear(ear, blocks)
    if (ear.count >= wanted) done()
  })
  return ear
}

function hear (ear: Ear, blocks: string[]): void {
  for (const block of blocks) if (block.includes('event: pushed')) ear.count++
  ear.dropped ||= blocks.at(-1)?.startsWith('event: dropped') ?? false
  ear.firstId ||= idIn(blocks[0])
  ear.lastId = idIn(blocks.findLast(block => idIn(block) !== '')) || ear.lastId
}

function idIn (block = ''): string {
  return /^id: (.*)$/m.exec(block)?.[1] ?? ''
}
