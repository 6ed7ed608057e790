// What a client that waits costs the server: memory, and CPU time while nothing happens.
import { setTimeout as delay } from 'node:timers/promises'
import { Connection, connections } from './connection.ts'
import { perform, type Figure, type Stage } from './stage.ts'

const waiters = 5000
const queues = 50
const seconds = 10

await perform(`${waiters} clients wait on ${queues} queues of one server`, measure)

async function measure (stage: Stage): Promise<Figure[]> {
  const server = await stage.serve()
  await warmUp(server.port)
  const before = await server.probe()
  const idle = await connections(server.port, waiters)
  const connected = await server.probe()
  const answered = await park(idle)
  await delay(3000)
  const parked = await server.probe()
  await delay(seconds * 1000)
  const later = await server.probe()
  for (const connection of idle) connection.close()
  const each = (bytes: number) => bytes / waiters / 1024
  const bare = connected.rss - before.rss
  const cpu = (later.cpu - parked.cpu) / seconds
  return [
    { what: 'heap a waiter', value: each(parked.heap - before.heap), unit: 'KiB' },
    { what: 'memory (RSS) a waiter', value: each(parked.rss - before.rss), unit: 'KiB', most: 20 },
    { what: '  of which the bare connection', value: each(bare), unit: 'KiB' },
    { what: 'CPU time while they wait', value: cpu, unit: 'ms a second', most: 50 },
    { what: 'answered meanwhile', value: answered(), unit: '', most: 0 }
  ]
}

// Sends the requests that wait. Returns how to learn how many are answered: a client that has its
// answer waits no more, and costs less.
async function park (idle: Connection[]): Promise<() => number> {
  let answered = 0
  for (const [i, connection] of idle.entries()) {
    connection.get(`/q/queue${i % queues}?lease=30&wait=60`).then(() => answered++, () => {})
    // All at once would measure how many first looks Redis answers before they are given up, and
    // not how they wait.
    if (i % 100 === 99) await delay(50)
  }
  return () => answered
}

// What the first requests allocate stays, and is not the waiters'.
async function warmUp (port: number): Promise<void> {
  const connection = await Connection.open(port)
  for (let i = 0; i < 2000; i++) await connection.get('/q/warm?lease=30')
  await connection.get('/q/warm?lease=30&wait=1')
  connection.close()
}
