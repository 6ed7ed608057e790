import { Redis } from 'ioredis'
import { parseRedisUrl } from '../../operations/redis/url.ts'
import { reasons, Usage } from '../io/exit.ts'

interface Source {
  redis: Redis
  /** Why the Redis does not answer now; undefined if it does. */
  whyAway: () => string | undefined
}

/** Names the Redis of a URL, without the account: with another password it is the same Redis. */
export function originOf (url: string): string {
  const { scheme, nodes, path } = parsed(url)
  if (!['redis', 'rediss', 'unix'].includes(scheme)) {
    throw new Usage('it reads from redis://, rediss:// or unix://')
  }
  return scheme === 'unix' ? path : `${nodes[0]!.host}:${nodes[0]!.port}/${path || '0'}`
}

export function connect (url: string): Source {
  const { scheme, user, password, nodes, path } = parsed(url)
  const account = { ...(user && { username: user }), ...(password && { password }) }
  const options = { connectTimeout: 5000, maxRetriesPerRequest: 3, ...account }
  const tls = scheme === 'rediss' && { tls: {} }
  const redis = scheme === 'unix'
    ? new Redis({ ...options, path })
    : new Redis({ ...options, ...nodes[0]!, db: Number(path || 0), ...tls })
  // A command that fails says only how often it was tried: the event has the cause. An event that
  // nothing hears would end the process.
  let last: NodeJS.ErrnoException | undefined
  redis.on('error', error => {
    last = error
  })
  redis.on('ready', () => {
    last = undefined
  })
  const shown = url.replace(/\/\/[^/]*@/, '//***@')
  const whyAway = () => last && `no Redis answers at ${shown} (${reasonOf(last)})`
  return { redis, whyAway }
}

function parsed (url: string) {
  try {
    return parseRedisUrl(url)
  } catch (error) {
    throw new Usage((error as Error).message)
  }
}

function reasonOf ({ code = '', message }: NodeJS.ErrnoException): string {
  return code === 'ENOENT' ? 'there is no such socket' : reasons[code] ?? message
}
