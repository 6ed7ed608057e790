/**
 * One way to use a queue: what wrk sends, how many jobs a request stands for, and whether jobs must
 * lie there first.
 */
export interface Kind {
  path: string
  jobs: number
  script?: string
  args?: string[]
  stock?: boolean
  connections?: number
}

/** 100 bytes. */
export const payload = JSON.stringify({ to: 'ann', n: 1, x: ''.padEnd(75, 'x') })

const hundred = `{"jobs":[${Array(100).fill(payload).join()}]}`
const push: Kind = { path: '/q/mail', script: 'push', args: ['POST', payload], jobs: 1 }
const take: Kind = { path: '/q/mail', stock: true, jobs: 1 }

/** In the order in which they are measured. */
export const kinds = {
  push,
  take,
  'lease+ack': { path: '/q/mail', script: 'work', args: ['receipt='], stock: true, jobs: 0.5 },
  'ack?next=1': {
    path: '/q/mail',
    script: 'work',
    args: ['next=1&lease=60&receipt='],
    stock: true,
    jobs: 1
  },
  '100 pushed': { path: '/qb/mail', script: 'push', args: ['POST', hundred], jobs: 100 },
  '100 leased+acked': { path: '/qb/mail', script: 'batch-work', stock: true, jobs: 50 },
  'push, 1 connection': { ...push, connections: 1 },
  'take, 1 connection': { ...take, connections: 1 }
} satisfies Record<string, Kind>

export type KindName = keyof typeof kinds
