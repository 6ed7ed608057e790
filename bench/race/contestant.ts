import { startServer, type Child } from './child.ts'
import { kinds, type Kind, type KindName } from './kind.ts'
import { isOnPath, startWebdis } from '../contestants/webdis.ts'
import type { Stock } from './stock.ts'

export interface Contestant {
  name: string
  kinds: Partial<Record<KindName, Kind>>
  /** Where its jobs lie, if it keeps any. */
  stock?: Stock
  /** The memory of a waiting job is measured too. */
  memory?: true
  /** Why it cannot take part. */
  missing? (): Promise<string | undefined>
  start (redisUrl: string): Promise<Child & { url: string }>
}

const { push, take, 'push, 1 connection': pushAlone, 'take, 1 connection': takeAlone } = kinds
const both = { push, take }
const yardstick = { ...both, 'push, 1 connection': pushAlone, 'take, 1 connection': takeAlone }

// Who runs from its source, and who as it is shipped.
function program (file: string) {
  return (redisUrl: string) =>
    startServer(
      process.execPath,
      ['--import', 'tsx', `bench/contestants/${file}`],
      surroundings(redisUrl)
    )
}

function shipped (more: NodeJS.ProcessEnv = {}) {
  return (redisUrl: string) =>
    startServer(process.execPath, ['dist/cli/serve.js'], { ...surroundings(redisUrl), ...more })
}

function surroundings (redisUrl: string): NodeJS.ProcessEnv {
  return { REDIS_URL: redisUrl, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn' }
}

const overWebdis = {
  push: { ...push, path: '/RPUSH/presque:mail', args: ['PUT', push.args![1]!] },
  take: { ...take, path: '/LPOP/presque:mail' }
}

export const contestants: Contestant[] = [
  {
    name: 'constant',
    kinds: { push, take: { ...take, stock: false } },
    start: program('constant.ts')
  },
  { name: 'floor', kinds: both, stock: 'list', start: program('floor.ts') },
  { name: 'presque', kinds, stock: 'presque', memory: true, start: shipped() },
  { name: 'uncoalesced', kinds: yardstick, stock: 'presque', start: program('uncoalesced.ts') },
  { name: 'presque x2', kinds: both, stock: 'presque', start: shipped({ PRESQUE_PROCESSES: '2' }) },
  {
    name: 'bullmq',
    kinds: both,
    stock: 'bullmq',
    memory: true,
    start: program('bullmq.ts')
  },
  { name: 'webdis', kinds: overWebdis, stock: 'list', missing: isOnPath, start: startWebdis }
]
