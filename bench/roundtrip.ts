// Enqueue and wait: from a push with `wait` to the result that a worker sent, one at a time.
import { Connection, expect, header, type Answer } from './connection.ts'
import { perform, spread, type Stage, type Figure } from './stage.ts'

const calls = 2000
const asking = 'lease=30&wait=20'

await perform('POST /q/rpc?wait=10 until the result is there', async stage => [
  ...(await roundTrips(stage, 'get and ack', getAndAck)),
  ...(await roundTrips(stage, 'ack with next=1', ackWithNext))
])

async function roundTrips (
  stage: Stage, what: string, work: (worker: Connection) => Promise<void>
): Promise<Figure[]> {
  const { port, stop } = await stage.serve()
  const worker = await Connection.open(port)
  const caller = await Connection.open(port)
  // Its connection closed under it: that is how its work ends.
  work(worker).catch(() => {})
  const samples: number[] = []
  for (let i = 0; i < calls; i++) {
    const since = performance.now()
    const { status, body } = await caller.post('/q/rpc?wait=10', `{"number":${i}}`)
    samples.push(performance.now() - since)
    if (status !== 200 || body !== '{"done":true}') {
      throw new Error(`the caller got ${status} ${body}`)
    }
  }
  await stop()
  return spread(what, 'ms', samples, { p50: 5 })
}

async function getAndAck (worker: Connection): Promise<void> {
  for (;;) {
    const answer = await worker.get(`/q/rpc?${asking}`)
    if (answer.status === 200) expect(204, await worker.post(ackOf(answer), '{"done":true}'))
  }
}

async function ackWithNext (worker: Connection): Promise<void> {
  for (let answer = await worker.get(`/q/rpc?${asking}`); ;) {
    answer = answer.status === 200
      ? await worker.post(`${ackOf(answer)}&next=1&${asking}`, '{"done":true}')
      : await worker.get(`/q/rpc?${asking}`)
  }
}

function ackOf (answer: Answer): string {
  const id = header(answer, 'x-presque-job')
  return `/j/rpc/${id}/ack?receipt=${header(answer, 'x-presque-receipt')}`
}
