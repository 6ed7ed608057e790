// How soon a push on one server answers a client that waits on another, and how many looks at the
// queue that takes.
import { setTimeout as delay } from 'node:timers/promises'
import { Connection, connections, expect } from './connection.ts'
import { perform, spread, type Figure, type Server, type Stage } from './stage.ts'

const pushes = 1000

await perform('a push on one server, a client that waits on another', async stage => {
  const servers = [await stage.serve(), await stage.serve()] as const
  return [...(await latency(...servers)), ...(await looks(stage, ...servers))]
})

async function latency (near: Server, far: Server): Promise<Figure[]> {
  const producer = await Connection.open(near.port)
  const consumer = await Connection.open(far.port)
  const samples: number[] = []
  for (let i = 0; i < pushes; i++) {
    const answered = consumer.get('/q/far?lease=30&wait=20').then(answer => {
      expect(200, answer)
      return performance.now()
    })
    // Until the client is parked.
    await delay(5)
    const pushed = performance.now()
    expect(201, await producer.post('/q/far', '{}'))
    samples.push((await answered) - pushed)
  }
  producer.close()
  consumer.close()
  return spread('push to answer', 'ms', samples, { p99: 10 })
}

async function looks ({ redis }: Stage, near: Server, far: Server): Promise<Figure[]> {
  const producer = await Connection.open(near.port)
  const consumers = [...(await connections(near.port, 50)), ...(await connections(far.port, 50))]
  const answers = consumers.map(consumer => consumer.get('/q/crowd?lease=30&wait=20'))
  await delay(300)
  const before = await scriptsRun(redis)
  // A client that has its answer asks no more: only the looks that pushes cause are counted.
  for (let i = 0; i < consumers.length; i++) expect(201, await producer.post('/q/crowd', '{}'))
  for (const answer of await Promise.all(answers)) expect(200, answer)
  const looked = (await scriptsRun(redis)) - before - consumers.length
  for (const connection of [producer, ...consumers]) connection.close()
  return [
    {
      what: 'looks a push, 100 clients waiting',
      value: looked / consumers.length,
      unit: '',
      most: 1.1
    }
  ]
}

async function scriptsRun (redis: Stage['redis']): Promise<number> {
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0)
}
