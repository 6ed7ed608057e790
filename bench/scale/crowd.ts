// The cost of a look at very many queues, and at very many workers: the slowest answer of each read
// route, and the slowest push of a bystander meanwhile. Beside it stands how late the timer of an
// idle thread was at that time, for on a busy machine a push is late by as much; and the median,
// which a busy machine moves less.
// `node --import tsx bench/scale/crowd.ts [queues] [workers] [queues with workers]`; by default
// 100 000, 10 000 and 200.
import { Worker } from 'node:worker_threads'
import { setTimeout as delay } from 'node:timers/promises'
import { push } from '../../operations/job/push.ts'
import { take } from '../../operations/job/take.ts'
import { register } from '../../operations/worker/worker.ts'
import { Connection } from '../connection.ts'
import { perform, type Figure, type Stage } from '../stage.ts'

const [queues = 100_000, workers = 10_000, staffed = 200] = process.argv.slice(2).map(Number)
const handful = 200

const asJson = { accept: 'application/json' }
const asStream = { accept: 'text/event-stream' }

const idler = `
const { parentPort } = require('node:worker_threads')
let worst = 0, last = performance.now()
setInterval(() => {
  const now = performance.now()
  worst = Math.max(worst, now - last - 5)
  last = now
}, 5)
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

const looksAtWorkers = [
  '/w',
  '/w?after=worker-5&limit=1000',
  '/w?queue=staffed-0',
  '/w?worker_id=worker-7',
  '/w/staffed-0',
  '/status/staffed-0'
]

const looksAtQueues = [
  '/status',
  '/summary',
  '/summary?limit=50',
  '/history',
  '/status/queue-1',
  '/w',
  '/metrics',
  'stream /summary',
  'stream /events'
]

await perform(`${workers} workers on ${staffed} queues`, async stage => {
  return await measure(stage, crowdOfWorkers, looksAtWorkers)
})

await perform(`${queues} queues`, async stage => {
  return await measure(stage, crowdOfQueues, looksAtQueues)
})

async function inHandfuls (count: number, act: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 0; n < count; n += handful) {
    const length = Math.min(handful, count - n)
    await Promise.all(Array.from({ length }, async (_, i) => await act(n + i)))
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

async function measure (
  stage: Stage, gather: (stage: Stage) => Promise<void>, looks: string[]
): Promise<Figure[]> {
  await gather(stage)
  const { port, stop } = await stage.serve()
  const figures: Figure[] = []
  const bystander = await Connection.open(port)
  await watched(bystander, async () => await delay(2000))
  for (const look of ['nothing', ...looks]) {
    const seen = await watched(bystander, async () => await lookAt(port, look))
    figures.push(...figuresOf(look, seen))
  }
  bystander.close()
  await stop()
  return figures
}

function figuresOf (look: string, { pushes, slowest, late }: Watched): Figure[] {
  const sorted = pushes.toSorted((a, b) => a - b)
  const median = sorted[sorted.length >> 1]!
  return [
    { what: `${look}: the slowest answer of three`, value: slowest, unit: 'ms' },
    { what: `  a push meanwhile, median of ${sorted.length}`, value: median, unit: 'ms' },
    { what: '  the slowest push', value: sorted.at(-1)!, unit: 'ms', most: 50 },
    { what: '  an idle thread was late by', value: late, unit: 'ms' }
  ]
}

// How long the slowest of three looks took; with `nothing`, two seconds of rest.
async function lookAt (port: number, look: string): Promise<number> {
  if (look === 'nothing') {
    await delay(2000)
    return 0
  }
  const path = look.replace('stream ', '')
  const lookOnce = look === path ? getOnce : streamOnce
  let slowest = 0
  for (let i = 0; i < 3; i++) {
    slowest = Math.max(slowest, await lookOnce(`http://127.0.0.1:${port}${path}`))
    // The server caches its answer for a second.
    await delay(1200)
  }
  return slowest
}

async function getOnce (url: string): Promise<number> {
  const start = performance.now()
  const answer = await fetch(url, { headers: asJson })
  if (answer.status !== 200) throw new Error(`${url}: the server answered ${answer.status}`)
  await answer.text()
  return performance.now() - start
}

// Until the first event; the stream stays open for a while.
async function streamOnce (url: string): Promise<number> {
  const start = performance.now()
  const controller = new AbortController()
  const answer = await fetch(url, { headers: asStream, signal: controller.signal })
  if (answer.status !== 200) throw new Error(`${url}: the server answered ${answer.status}`)
  await answer.body!.getReader().read()
  const first = performance.now() - start
  await delay(2500)
  controller.abort()
  return first
}

interface Watched {
  pushes: number[]
  slowest: number
  late: number
}

// A push every 20 ms, for as long as it takes.
async function watched (
  bystander: Connection, look: () => Promise<number | void>
): Promise<Watched> {
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
  const slowest = (await look()) ?? 0
  state.over = true
  await pushing
  return { pushes, slowest, late: await idle.end() }
}
