// Whether a queue of a million jobs is as quick as one of a thousand: the time of each operation in
// both.
import { ack } from '../../operations/job/ack.ts'
import { take } from '../../operations/job/take.ts'
import { push } from '../../operations/job/push.ts'
import { cancel } from '../../operations/job/bulk.ts'
import { queueStatus } from '../../operations/queue/queue.ts'
import { perform, quantile, type Figure, type Stage } from '../stage.ts'

const { LARGE = '1000000' } = process.env
const sizes = { small: 1000, large: Number(LARGE) }
const times = 200

type Act = (redis: Stage['redis'], queue: keyof typeof sizes, i: number) => Promise<unknown>

// Pushes before takes, and few enough: the small queue must not run empty.
const acts: Record<string, Act> = {
  push: (redis, queue) => push(redis, queue, [{ payload: '{}' }]),
  take: (redis, queue) => take(redis, queue),
  lease: (redis, queue) => take(redis, queue, { lease: 600 }),
  status: (redis, queue) => queueStatus(redis, queue),
  cancel: (redis, queue, i) => cancel(redis, queue, String(sizes[queue] / 2 + i))
}

await perform(`operations on ${sizes.large} waiting jobs, beside ${sizes.small}`, async stage => {
  for (const [queue, size] of Object.entries(sizes)) await fill(stage, queue, size)
  const figures: Figure[] = []
  for (const [name, act] of Object.entries(acts)) figures.push(...(await compare(stage, name, act)))
  return [...figures, ...(await compareAck(stage))]
})

async function fill ({ redis }: Stage, queue: string, size: number): Promise<void> {
  const handful = 1000
  for (let i = 0; i < size; i += handful) {
    await push(
      redis,
      queue,
      Array.from({ length: handful }, (_, j) => ({ payload: `{"number":${i + j}}` }))
    )
  }
}

async function compareAck (stage: Stage): Promise<Figure[]> {
  const leased = {
    small: await take(stage.redis, 'small', { lease: 600, count: times }),
    large: await take(stage.redis, 'large', { lease: 600, count: times })
  }
  const nth = (queue: keyof typeof sizes, i: number) => [
    { id: leased[queue][i]!.id, receipt: leased[queue][i]!.lease!.receipt }
  ]
  return await compare(stage, 'ack', (redis, queue, i) => ack(redis, queue, nth(queue, i)))
}

// In turns, so that what disturbs the machine disturbs both.
async function compare ({ redis }: Stage, name: string, act: Act): Promise<Figure[]> {
  const samples = { small: [] as number[], large: [] as number[] }
  for (let i = 0; i < times; i++) {
    for (const queue of ['small', 'large'] as const) {
      const since = performance.now()
      await act(redis, queue, i)
      samples[queue].push(performance.now() - since)
    }
  }
  const [small, large] = [quantile(samples.small, 0.5), quantile(samples.large, 0.5)]
  return [
    { what: `${name}, of ${sizes.small}`, value: small * 1000, unit: 'us' },
    { what: `${name}, of ${sizes.large}`, value: large * 1000, unit: 'us' },
    { what: `${name}, ratio`, value: large / small, unit: '', most: 2 }
  ]
}
