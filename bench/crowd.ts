// What it costs to look at very many queues, and at very many workers: each read route's slowest answer, and the slowest push
// of a bystander meanwhile. Beside it stands how late the timer of an idle process was at that time, for on a busy machine a
// push is late by as much; and the median, which a busy machine moves less.
// `node --import tsx bench/crowd.ts [queues] [workers] [queues with workers]`; 100 000, 10 000 and 200.
import { Worker } from 'node:worker_threads'
import { setTimeout as delay } from 'node:timers/promises'
import { push } from '../operations/job/push.ts'
import { take } from '../operations/job/take.ts'
import { register } from '../operations/worker/worker.ts'
import { Connection } from './connection.ts'
import { perform, type Figure, type Stage } from './stage.ts'

const [queues = 100_000, workers = 10_000, staffed = 200] = process.argv.slice(2).map(Number)
const handful = 200

const asJson = { accept: 'application/json' }
const asStream = { accept: 'text/event-stream' }

const idler = `
const { parentPort } = require('node:worker_threads')
let worst = 0, last = performance.now()
setInterval(() => { const now = performance.now(); worst = Math.max(worst, now - last - 5); last = now }, 5)
parentPort.on('message', () => { parentPort.postMessage(worst); process.exit() })`

/** A thread that does nothing but look how late its timer is. */
class Idle {
  readonly #worker = new Worker(idler, { eval: true })

  async end (): Promise<number> {
    const late = new Promise<number>(resolve => this.#worker.once('message', resolve))
    this.#worker.postMessage('end')
    return await late
  }
}

await perform(`${workers} workers on ${staffed} queues`, async stage => await measure(stage, crowdOfWorkers, [
  '/w', '/w?after=worker-5&limit=1000', '/w?queue=staffed-0', '/w?worker_id=worker-7', '/w/staffed-0', '/status/staffed-0'
]))

await perform(`${queues} queues`, async stage => await measure(stage, crowdOfQueues, [
  '/status', '/summary', '/summary?limit=50', '/history', '/status/queue-1', '/w', '/metrics', 'stream /summary', 'stream /events'
]))

async function inHandfuls (count: number, act: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 0; n < count; n += handful) {
    await Promise.all(Array.from({ length: Math.min(handful, count - n) }, async (_, i) => await act(n + i)))
  }
}

// Each has taken a job on lease.
async function crowdOfWorkers ({ redis }: Stage): Promise<void> {
  await inHandfuls(workers, async n => {
    const [queue, worker] = [`staffed-${n % staffed}`, `worker-${n}`]
    await push(redis, queue, [{ payload: '{}' }])
    await register(redis, queue, worker, { version: '1.0.0', host: 'bench', pid: n })
    await take(redis, queue, { worker, lease: 3600 })
  })
}

async function crowdOfQueues ({ redis }: Stage): Promise<void> {
  await inHandfuls(queues, async n => await push(redis, `queue-${n}`, [{ payload: '{}' }]))
}

async function measure (stage: Stage, gather: (stage: Stage) => Promise<void>, looks: string[]): Promise<Figure[]> {
  await gather(stage)
  const { port, stop } = await stage.serve()
  const figures: Figure[] = []
  const bystander = await Connection.open(port)
  await watched(bystander, async () => await delay(2000))
  for (const look of ['nothing', ...looks]) {
    const seen = await watched(bystander, async () => await lookAt(port, look))
    const sorted = seen.pushes.toSorted((a, b) => a - b)
    figures.push(
      { what: `${look}: the slowest answer of three`, value: seen.slowest, unit: 'ms' },
      { what: `  a push meanwhile, median of ${sorted.length}`, value: sorted[sorted.length >> 1]!, unit: 'ms' },
      { what: '  the slowest push', value: sorted.at(-1)!, unit: 'ms', most: 50 },
      { what: '  an idle process was late by', value: seen.late, unit: 'ms' })
  }
  bystander.close()
  await stop()
  return figures
}

// How long the slowest of three looks took; with `nothing`, two seconds of rest.
async function lookAt (port: number, look: string): Promise<number> {
  if (look === 'nothing') {
    await delay(2000)
    return 0
  }
  let slowest = 0
  for (let i = 0; i < 3; i++) {
    const start = performance.now()
    const isStream = look.startsWith('stream ')
    const controller = new AbortController()
    const path = isStream ? look.slice('stream '.length) : look
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: isStream ? asStream : asJson, signal: controller.signal })
    if (answer.status !== 200) throw new Error(`${look}: the server answered ${answer.status}`)
    if (isStream) {
      await answer.body!.getReader().read()
      slowest = Math.max(slowest, performance.now() - start)
      await delay(2500)
      controller.abort()
    } else {
      await answer.text()
      slowest = Math.max(slowest, performance.now() - start)
    }
    // The server caches its answer for a second.
    await delay(1200)
  }
  return slowest
}

interface Watched { pushes: number[], slowest: number, late: number }

// A push every 20 ms, for as long as it takes.
async function watched (bystander: Connection, look: () => Promise<number | void>): Promise<Watched> {
  const idle = new Idle()
  const pushes: number[] = []
  const state = { over: false }
  const pushing = (async () => {
    while (!state.over) {
      const start = performance.now()
      const { status } = await bystander.post('/q/bystander', '{}')
      if (status !== 201) throw new Error(`a push was answered ${status}`)
      pushes.push(performance.now() - start)
      await delay(20)
    }
  })()
  const slowest = await look() ?? 0
  state.over = true
  await pushing
  return { pushes, slowest, late: await idle.end() }
}
