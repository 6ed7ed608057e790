// How late delayed jobs reach workers that wait for them, by Redis's clock.
// RATE: jobs that fall due each second. SECONDS: the length of the run. CLIENTS: how many clients
// wait. BATCH: how many jobs each takes at once.
import { push } from '../operations/job/push.ts'
import { connections, header, type Connection } from './connection.ts'
import { perform, spread, type Figure, type Stage } from './stage.ts'

const { RATE = '10000', SECONDS = '10', CLIENTS = '64', BATCH = '50' } = process.env
const many = { rate: Number(RATE), total: Number(RATE) * Number(SECONDS), clients: Number(CLIENTS) }
// Each client takes one job and asks no more: nothing but the server's own timers can wake the
// next.
const few = { rate: 50, total: 200, clients: 200, once: true }
const lease = 30

interface Scene {
  rate: number
  total: number
  clients: number
  once?: boolean
}
type Taking = (client: Connection, queue: string) => Promise<number[]>

await perform(
  `lateness: ${RATE} delayed jobs fall due each second for ${SECONDS} s, ${CLIENTS} clients wait`,
  async stage => [
    ...(await lateness(stage, `a take each, ${few.rate}/s`, 'few', takeOne, few)),
    ...(await lateness(stage, `batches of ${BATCH}`, 'batch', takeBatch, many)),
    ...(await lateness(stage, 'single takes', 'single', takeOne, many))
  ]
)

async function lateness (
  stage: Stage,
  what: string,
  queue: string,
  take: Taking,
  scene: Scene
): Promise<Figure[]> {
  const { port, stop } = await stage.serve()
  await warmUp(stage, port, take)
  const clients = await connections(port, scene.clients)
  await pushAhead(stage, queue, scene)
  const samples = await takeAll(clients, queue, take, scene)
  for (const client of clients) client.close()
  await stop()
  return [
    ...spread(what, 'ms', samples, { p99: 20 }),
    {
      what: `${what}, earliest`,
      value: samples.reduce((least, sample) => Math.min(least, sample)),
      unit: 'ms',
      least: 0
    }
  ]
}

// A process that has just started is several times slower, and the figure would show that.
async function warmUp ({ redis }: Stage, port: number, take: Taking): Promise<void> {
  const clients = await connections(port, 64)
  const total = 10_000
  await push(
    redis,
    'warm',
    Array.from({ length: total }, () => ({ payload: '{"due":0}' }))
  )
  await takeAll(clients, 'warm', take, { total })
  for (const client of clients) client.close()
}

async function takeAll (
  clients: Connection[],
  queue: string,
  take: Taking,
  { total, once }: Pick<Scene, 'total' | 'once'>
): Promise<number[]> {
  const samples: number[] = []
  await new Promise<void>((resolve, reject) => {
    async function work (client: Connection): Promise<void> {
      while (samples.length < total) {
        samples.push(...(await take(client, queue)))
        if (once) break
      }
      if (samples.length >= total) resolve()
    }
    for (const client of clients) work(client).catch(reject)
  })
  return samples
}

async function pushAhead ({ redis }: Stage, queue: string, { rate, total }: Scene): Promise<void> {
  const handful = Math.min(total, 1000)
  const start = Date.now() + 2000 + total / 10
  for (let i = 0; i < total; i += handful) {
    const jobs = Array.from({ length: handful }, (_, j) =>
      Math.round(start + ((i + j) * 1000) / rate)
    )
    await push(
      redis,
      queue,
      jobs.map(due => ({ payload: `{"due":${due}}`, delayed: due / 1000 }))
    )
  }
  if (Date.now() > start) {
    throw new Error('this machine is too slow to push the jobs before they are due')
  }
}

async function takeOne (client: Connection, queue: string): Promise<number[]> {
  const answer = await client.get(`/q/${queue}?lease=${lease}&wait=20`)
  if (answer.status !== 200) return none(answer.status)
  return [late(Number(header(answer, 'x-presque-lease-expires')), JSON.parse(answer.body))]
}

async function takeBatch (client: Connection, queue: string): Promise<number[]> {
  const { status, body } = await client.get(
    `/qb/${queue}?lease=${lease}&wait=20&batch_size=${BATCH}`
  )
  if (status !== 200) return none(status)
  const jobs: Array<{ expires: number, payload: { due: number } }> = JSON.parse(body)
  return jobs.map(({ expires, payload }) => late(expires, payload))
}

function none (status: number): [] {
  if (status !== 404) throw new Error(`the server answered ${status}`)
  return []
}

// The lease began when the job was taken.
function late (expires: number, { due }: { due: number }): number {
  return Math.round(expires * 1000) - lease * 1000 - due
}
