export interface Address { host: string, port: number }

/** `path`: the number of a database, the name of a Sentinel group, or the path of a socket. */
export interface RedisUrl {
  scheme: string
  user: string
  password: string
  nodes: Address[]
  path: string
}

const schemes = 'redis|rediss|redis\\+sentinel|redis\\+cluster'
const account = '(?:([^:@/]*)(?::([^@/]*))?@)?'
const form = new RegExp(`^(${schemes})://${account}([^@/?#]+)(?:/([^?#]*))?$`)
const defaultPort: Record<string, number> = { 'redis+sentinel': 26379 }

/** Reads a Redis URL. Throws one sentence when it has none of the forms of createRedis(). */
export function parseRedisUrl (url: string): RedisUrl {
  if (url.startsWith('unix://') && url.length > 'unix://'.length) {
    return { scheme: 'unix', user: '', password: '', nodes: [], path: url.slice('unix://'.length) }
  }
  const [, scheme = '', user = '', password = '', hosts = '', path = ''] = form.exec(url) ?? []
  const nodes = hosts.split(',').map(host => parseHost(host, defaultPort[scheme] ?? 6379))
  const decoded = decode(user, password)
  if (decoded === null || !nodes.every(isAddress) || !hasPlace(scheme, nodes, path)) {
    throw new Error('REDIS_URL must be redis://host:port, rediss://host:port, ' +
      'unix:///path/to/socket, redis+sentinel://host:port,host:port/name or ' +
      'redis+cluster://host:port,host:port')
  }
  return { scheme, user: decoded[0]!, password: decoded[1]!, nodes, path }
}

function decode (...texts: string[]): string[] | null {
  try {
    return texts.map(text => decodeURIComponent(text))
  } catch {
    return null
  }
}

function isAddress ({ host, port }: Address): boolean {
  return host !== '' && port > 0 && port < 65536
}

// A Sentinel group has a name; a single Redis has one address, and numbers for databases.
function hasPlace (scheme: string, nodes: Address[], path: string): boolean {
  if (scheme === 'redis+sentinel') return path !== ''
  const isSingle = scheme === 'redis' || scheme === 'rediss'
  return !isSingle || (nodes.length === 1 && /^\d*$/.test(path))
}

function parseHost (text: string, port: number): Address {
  const [, six, name = '', given] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? []
  return { host: six ?? name, port: given === undefined ? port : Number(given) }
}
