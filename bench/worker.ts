// How much of what raw HTTP does the Worker of the client keeps, and how fast a stream with credit
// is: the same jobs on the same server, in turns.
import { once } from 'node:events'
import { Agent, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { Presque, Worker } from '../client/client.ts'
import { connections, expect, header, type Connection } from './connection.ts'
import { perform, quantile, type Server } from './stage.ts'

const jobs = Number(process.env['JOBS'] ?? 20_000)
const concurrency = Number(process.env['CONCURRENCY'] ?? 50)
const rounds = 5
const asking = 'lease=60'

type Way = (port: number) => Promise<void>

const ways: Record<string, Way> = {
  'raw HTTP, node:http': nodeHttp,
  'raw HTTP, bare sockets': sockets,
  'stream with credit': stream,
  Worker: worker
}

const title = `${jobs} jobs with nothing to do, ${concurrency} at a time`

await perform(`${title}: raw HTTP with ack?next=1, and the Worker`, async ({ serve }) => {
  const server = await serve()
  const seen: Record<string, Seen[]> = {}
  for (let round = 0; round <= rounds; round++) {
    for (const [name, way] of inTurn(round)) {
      const one = await measure(server, way)
      // The first round warms all up.
      if (round > 0) (seen[name] ??= []).push(one)
    }
  }
  await server.stop()
  const median = (name: string, what: keyof Seen = 'rate') => {
    return quantile(seen[name]!.map(one => one[what]), 0.5)
  }
  const toNode = median('Worker') / median('raw HTTP, node:http')
  const toSockets = median('Worker') / median('raw HTTP, bare sockets')
  return [
    ...Object.keys(ways).flatMap(name => [
      { what: name, value: median(name), unit: 'jobs/s' },
      { what: `${name}: CPU of the client`, value: median(name, 'client'), unit: 'us/job' },
      { what: `${name}: CPU of the server`, value: median(name, 'server'), unit: 'us/job' }
    ]),
    { what: 'Worker to node:http', value: toNode, unit: '', least: 0.7 },
    { what: 'Worker to bare sockets', value: toSockets, unit: '' },
    { what: 'Worker to stream', value: median('Worker') / median('stream with credit'), unit: '' }
  ]
})

function inTurn (round: number): Array<[string, Way]> {
  return round % 2 === 0 ? Object.entries(ways) : Object.entries(ways).reverse()
}

/** Jobs a second, and microseconds of CPU a job. */
interface Seen { rate: number, client: number, server: number }

async function measure ({ port, probe }: Server, way: Way): Promise<Seen> {
  const presque = new Presque({ url: `http://127.0.0.1:${port}` })
  for (let i = 0; i < jobs; i += 5_000) {
    await presque.pushMany('bench', Array.from({ length: 5_000 }, (_, n) => ({ number: i + n })))
  }
  const { cpu: before } = await probe()
  const [since, used] = [performance.now(), process.cpuUsage()]
  await way(port)
  const seconds = (performance.now() - since) / 1000
  const { user, system } = process.cpuUsage(used)
  const server = ((await probe()).cpu - before) * 1000 / jobs
  const { counts, processed } = await presque.status('bench')
  if (processed !== jobs || counts.active + counts.waiting > 0) {
    throw new Error(`not all are done: ${JSON.stringify({ processed, counts })}`)
  }
  await presque.purge('bench')
  return { rate: jobs / seconds, client: (user + system) / jobs, server }
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

// As many jobs in flight as the Worker holds. All that end in a turn of the event loop, or while a
// request is open, share a request, as those of the Worker do.
async function stream (port: number): Promise<void> {
  const presque = new Presque({ url: `http://127.0.0.1:${port}` })
  const path = `/q/bench?${asking}&credit=${concurrency + 256}`
  const asked = request({ port, host: '127.0.0.1', path, headers: { accept: 'text/event-stream' } })
  const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage]
  const ended: string[] = []
  let [left, isOpen] = [jobs, false]
  const settle = () => {
    if (isOpen || ended.length === 0) return
    isOpen = true
    const some = ended.splice(0, 400)
    const body = `{"jobs":[${some.join()}]}`
    presque.request('POST', '/qb/bench/ack', { body }).then(() => {
      isOpen = false
      left -= some.length
      if (left === 0) asked.destroy()
      settle()
    }, error => asked.destroy(error))
  }
  let unread = ''
  for await (const text of readAll(answer)) {
    const blocks = (unread + text).split('\n\n')
    unread = blocks.pop()!
    ended.push(...blocks.map(endedIn).filter(one => one !== undefined))
    setImmediate(settle)
  }
}

function endedIn (block: string): string | undefined {
  const data = /^data: (.*)$/m.exec(block)?.[1]
  if (data === undefined) return undefined
  const { id, receipt } = JSON.parse(data)
  return `{"id":"${id}","receipt":"${receipt}"}`
}

// Until its request is destroyed.
async function * readAll (answer: IncomingMessage): AsyncGenerator<string> {
  answer.setEncoding('utf8')
  try {
    yield * answer
  } catch (error) {
    if ((error as { code?: string }).code !== 'ECONNRESET') throw error
  }
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
