// How much of what raw HTTP does the Worker of the client keeps: the same jobs on the same server,
// in turns.
import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { Presque, Worker } from '../client/client.ts'
import { connections, expect, header, type Connection } from './connection.ts'
import { perform, quantile } from './stage.ts'

const jobs = Number(process.env['JOBS'] ?? 20_000)
const concurrency = 50
const rounds = 5
const asking = 'lease=60'

type Way = (port: number) => Promise<void>

const ways: Record<string, Way> = {
  'raw HTTP, node:http': nodeHttp,
  'raw HTTP, bare sockets': sockets,
  Worker: worker
}

const title = `${jobs} jobs with nothing to do, ${concurrency} at a time`

await perform(`${title}: raw HTTP with ack?next=1, and the Worker`, async ({ serve }) => {
  const { port, stop } = await serve()
  const rates: Record<string, number[]> = {}
  for (let round = 0; round <= rounds; round++) {
    for (const [name, way] of inTurn(round)) {
      const rate = await measure(port, way)
      // The first round warms all up.
      if (round > 0) (rates[name] ??= []).push(rate)
    }
  }
  await stop()
  const median = (name: string) => quantile(rates[name]!, 0.5)
  const toNode = median('Worker') / median('raw HTTP, node:http')
  const toSockets = median('Worker') / median('raw HTTP, bare sockets')
  return [
    ...Object.keys(ways).map(name => ({ what: name, value: median(name), unit: 'jobs/s' })),
    { what: 'Worker to node:http', value: toNode, unit: '', least: 0.7 },
    { what: 'Worker to bare sockets', value: toSockets, unit: '' }
  ]
})

function inTurn (round: number): Array<[string, Way]> {
  return round % 2 === 0 ? Object.entries(ways) : Object.entries(ways).reverse()
}

async function measure (port: number, way: Way): Promise<number> {
  const presque = new Presque({ url: `http://127.0.0.1:${port}` })
  for (let i = 0; i < jobs; i += 5_000) {
    await presque.pushMany('bench', Array.from({ length: 5_000 }, (_, n) => ({ number: i + n })))
  }
  const since = performance.now()
  await way(port)
  const seconds = (performance.now() - since) / 1000
  const { counts, processed } = await presque.status('bench')
  if (processed !== jobs || counts.active + counts.waiting > 0) {
    throw new Error(`not all are done: ${JSON.stringify({ processed, counts })}`)
  }
  await presque.purge('bench')
  return jobs / seconds
}

async function worker (port: number): Promise<void> {
  let left = jobs
  let end!: () => void
  const done = new Promise<void>(resolve => {
    end = resolve
  })
  const handle = () => {
    if (--left === 0) end()
  }
  const presque = new Presque({ url: `http://127.0.0.1:${port}` })
  const working = new Worker(presque, 'bench', handle, { concurrency })
  await done
  await working.close()
}

async function sockets (port: number): Promise<void> {
  const open = await connections(port, concurrency)
  await Promise.all(open.map(drain))
  for (const one of open) one.close()
}

async function drain (connection: Connection): Promise<void> {
  let answer = await connection.get(`/q/bench?${asking}`)
  while (answer.status === 200) {
    JSON.parse(answer.body)
    const id = header(answer, 'x-presque-job')!
    answer = await connection.post(nextPath(id, header(answer, 'x-presque-receipt')!))
  }
  expect(404, answer)
}

function nextPath (id: unknown, receipt: unknown): string {
  return `/j/bench/${id}/ack?receipt=${receipt}&next=1&${asking}`
}

async function nodeHttp (port: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const ask = (method: string, path: string) =>
    new Promise<{ status: number, headers: IncomingHttpHeaders, body: string }>(
      (resolve, reject) => {
        const asked = request({ port, host: '127.0.0.1', method, path, agent }, answer => {
          text(answer).then(
            body => resolve({ status: answer.statusCode!, headers: answer.headers, body }),
            reject
          )
        })
        asked.on('error', reject).end()
      }
    )
  const loop = async () => {
    let { status, headers, body } = await ask('GET', `/q/bench?${asking}`)
    while (status === 200) {
      JSON.parse(body)
      const path = nextPath(headers['x-presque-job'], headers['x-presque-receipt'])
      ;({ status, headers, body } = await ask('POST', path))
    }
    if (status !== 404) throw new Error(`the server answered ${status} ${body}`)
  }
  await Promise.all(Array.from({ length: concurrency }, loop))
  agent.destroy()
}
