import type { Figures, Measure } from './figure.ts'

type Cell = [contestant: string, kind: string, measure: Measure]

/** A ratio of two medians, or of one and a number, and the bound it is to keep. */
interface Target {
  what: string
  of: Cell
  to: Cell | number
  least?: number
  most?: number
}

const both = ['push', 'take']

const workers: Array<[ours: string, theirs: string, level: number, least: number]> = [
  ['worker', 'bullmq worker', 1, 0.6],
  ['worker', 'bullmq worker', 10, 0.8],
  ['worker', 'bullmq worker', 50, 1],
  ['go worker', 'asynq', 10, 0.6],
  ['python worker', 'dramatiq', 8, 2]
]

export const targets: Target[] = [
  ...both.map((kind): Target => ({
    what: `${kind}: requests/s of the floor's`,
    of: ['presque', kind, 'requests'],
    to: ['floor', kind, 'requests'],
    least: 1
  })),
  {
    what: "lease+ack: requests/s of the floor's take",
    of: ['presque', 'lease+ack', 'requests'],
    to: ['floor', 'take', 'requests'],
    least: 0.9
  },
  {
    what: 'ack?next=1: jobs/s of lease+ack',
    of: ['presque', 'ack?next=1', 'jobs'],
    to: ['presque', 'lease+ack', 'jobs'],
    least: 1.5
  },
  {
    what: '100 pushed: jobs/s of 150 000',
    of: ['presque', '100 pushed', 'jobs'],
    to: 150_000,
    least: 1
  },
  {
    what: '100 leased+acked: jobs/s of 100 000',
    of: ['presque', '100 leased+acked', 'jobs'],
    to: 100_000,
    least: 1
  },
  {
    what: "push: requests/s of BullMQ's",
    of: ['presque', 'push', 'requests'],
    to: ['bullmq', 'push', 'requests'],
    least: 2.5
  },
  {
    what: "ack?next=1: jobs/s of BullMQ's take",
    of: ['presque', 'ack?next=1', 'jobs'],
    to: ['bullmq', 'take', 'jobs'],
    least: 3
  },
  ...both.map((kind): Target => ({
    what: `${kind}: two processes of one`,
    of: ['presque x2', kind, 'requests'],
    to: ['presque', kind, 'requests'],
    least: 1.1
  })),
  ...both.map((kind): Target => ({
    what: `${kind}: two processes of webdis`,
    of: ['presque x2', kind, 'requests'],
    to: ['webdis', kind, 'requests'],
    least: 0.75
  })),
  ...both.map((kind): Target => ({
    what: `${kind}: Redis CPU of uncoalesced`,
    of: ['presque', kind, 'redis'],
    to: ['uncoalesced', kind, 'redis'],
    most: 0.4
  })),
  {
    what: "memory above the payload of BullMQ's",
    of: ['presque', 'waiting job', 'memory'],
    to: ['bullmq', 'waiting job', 'memory'],
    most: 0.125
  },
  {
    what: "push: p99 of the floor's",
    of: ['presque', 'push', 'p99'],
    to: ['floor', 'push', 'p99'],
    most: 1.5
  },
  ...both.map((kind): Target => ({
    what: `${kind}, 1 connection: p50 of uncoalesced`,
    of: ['presque', `${kind}, 1 connection`, 'p50'],
    to: ['uncoalesced', `${kind}, 1 connection`, 'p50'],
    most: 1.05
  })),
  ...workers.map(([ours, theirs, level, least]): Target => ({
    what: `${ours}, ${level} at a time: jobs/s of ${theirs}`,
    of: [ours, `worker, ${level} at a time`, 'jobs'],
    to: [theirs, `worker, ${level} at a time`, 'jobs'],
    least
  }))
]

/** `rounds`: the ratio in each round. */
export interface Verdict {
  what: string
  bound: string
  ratio: number | undefined
  rounds: number[]
  said: 'ok' | 'missed' | 'not measured'
}

/** What became of each target. */
export function verdicts (figures: Figures): Verdict[] {
  return targets.map(({ what, of, to, least = -Infinity, most = Infinity }) => {
    const bound = most === Infinity ? `>= ${least}` : `<= ${most}`
    const [above, below] = [
      figures.median(...of),
      typeof to === 'number' ? to : figures.median(...to)
    ]
    if (above === undefined || below === undefined) {
      return { what, bound, ratio: undefined, rounds: [], said: 'not measured' }
    }
    const [ratio, against] = [above / below, typeof to === 'number' ? [] : figures.values(...to)]
    const rounds = figures
      .values(...of)
      .map((value, i) => value / (typeof to === 'number' ? to : against[i]!))
    return { what, bound, ratio, rounds, said: ratio >= least && ratio <= most ? 'ok' : 'missed' }
  })
}
