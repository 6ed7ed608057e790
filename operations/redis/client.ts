import { setTimeout as delay } from 'node:timers/promises'
import { Cluster, Redis } from 'ioredis'
import { limitCommands } from './command-limit.ts'
import { commandName, commands } from './script.ts'
import { storeOf, type RedisClient } from './store.ts'

/** A command that has no answer after this many ms is answered 503; whether Redis did it is then not known. */
export const shipped = 700

// Fail at once rather than queue up: a caller who hears 503 within a second can decide, a queue in memory cannot.
function impatient (patience: number) {
  return {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // These two hold for connections that operations/redis/command-limit.ts does not take over: those on which a Cluster's
    // messages arrive.
    commandTimeout: patience,
    socketTimeout: patience,
    connectTimeout: patience,
    disconnectTimeout: 100,
    // A Redis that still loads its data is asked again this soon; left alone, up to 10 s after it is ready.
    maxLoadingRetryTime: 500
  }
}

// Those of operations/redis/batcher.ts have shared their turn already, and a second wait would cost; the name of the queue goes before its jobs.
const atOnce = ['push', 'take', 'ack', 'next'].map(commandName).concat('sadd')

// A master that has become a replica keeps its connections: only by connecting again do we find the new master.
function demoted ({ message }: Error): boolean {
  return message.startsWith('READONLY')
}

// In ms: soon at first, then twice a second.
function pause (attempt: number): number {
  return Math.min(50 * attempt, 500)
}

/**
 * A client for `redis://`, `rediss://`, `unix://path`, `redis+sentinel://host:port,host:port/name` or
 * `redis+cluster://host:port,host:port`, that puts `prefix` and a colon before every key. It begins to connect.
 * No command waits longer than `patience` (ms) for its answer.
 */
export function createRedis (url: string, prefix: string, patience = shipped): RedisClient {
  const redis = connect(url, prefix, patience)
  storeOf(redis).patienceMs = patience
  return redis
}

function connect (url: string, prefix: string, patience: number): Redis | Cluster {
  const keyPrefix = `${prefix}:`
  const options = { ...impatient(patience), retryStrategy: pause, reconnectOnError: demoted, keyPrefix, scripts: commands() }
  const { scheme, user, password, nodes, path } = parseRedisUrl(url)
  const account = { ...(user && { username: user }), ...(password && { password }) }
  if (scheme === 'unix') return limitCommands(new Redis({ ...options, path }), patience)
  if (scheme === 'redis+cluster') return createCluster(nodes, keyPrefix, { ...impatient(patience), ...account })
  // Over TCP, commands of one turn share a packet: a third more pushes a second. Over a unix socket it costs.
  const shared = { ...options, ...account, enableAutoPipelining: true, autoPipeliningIgnoredCommands: atOnce }
  if (scheme === 'redis+sentinel') {
    const sentinel = { sentinels: nodes, name: path, sentinelRetryStrategy: pause, sentinelCommandTimeout: patience }
    // Where another master may have been chosen meanwhile, a silent one is left at once.
    return limitCommands(new Redis({ ...shared, ...sentinel }), patience, 1)
  }
  const place = { ...nodes[0]!, db: Number(path || 0), ...(scheme === 'rediss' && { tls: {} }) }
  return limitCommands(new Redis({ ...shared, ...place }), patience)
}

// No auto-pipelining: with it, a resharding Cluster's MOVED and ASK reach the callers (redis/ioredis#2075).
function createCluster (nodes: Address[], keyPrefix: string, { enableOfflineQueue, ...redisOptions }: ReturnType<typeof impatient>): Cluster {
  const cluster = new Cluster(nodes, {
    keyPrefix,
    scripts: commands(),
    // For operations/redis/pubsub.ts: one connection a master, over which a message stays on the node of its queue.
    shardedSubscribers: true,
    enableOfflineQueue,
    slotsRefreshTimeout: redisOptions.commandTimeout,
    clusterRetryStrategy: pause,
    // No command is sent a second time by itself: it may have been done, and what waits for its turn has no limit.
    clusterNodeRetryStrategy: pause,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    slotsRefreshInterval: 0,
    redisOptions
  })
  cluster.on('+node', (node: Redis) => limitCommands(node, redisOptions.commandTimeout))
  // So nobody but this asks where the slots of a dead node have gone. The client's own timer outlives it when it is closed while it asks.
  const asking = setInterval(() => cluster.refreshSlotsCache(() => {}), 1000).unref()
  cluster.once('end', () => clearInterval(asking))
  return cluster
}

interface Address { host: string, port: number }

interface RedisUrl { scheme: string, user: string, password: string, nodes: Address[], path: string }

const form = /^(redis|rediss|redis\+sentinel|redis\+cluster):\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^@/?#]+)(?:\/([^?#]*))?$/
const defaultPort: Record<string, number> = { 'redis+sentinel': 26379 }

/** Reads a Redis URL. Throws one sentence when it is none of the forms that `createRedis` takes. */
export function parseRedisUrl (url: string): RedisUrl {
  if (url.startsWith('unix://') && url.length > 'unix://'.length) {
    return { scheme: 'unix', user: '', password: '', nodes: [], path: url.slice('unix://'.length) }
  }
  const [, scheme = '', user = '', password = '', hosts = '', path = ''] = form.exec(url) ?? []
  const nodes = hosts.split(',').map(host => parseHost(host, defaultPort[scheme] ?? 6379))
  const account = decoded(user, password)
  const bad = account === null || nodes.some(({ host, port }) => host === '' || !(port > 0 && port < 65536)) ||
    (scheme === 'redis+sentinel' && path === '') ||
    (/^rediss?$/.test(scheme) && (nodes.length > 1 || !/^\d*$/.test(path)))
  if (bad) {
    throw new Error('REDIS_URL must be redis://host:port, rediss://host:port, unix:///path/to/socket, ' +
      'redis+sentinel://host:port,host:port/name or redis+cluster://host:port,host:port')
  }
  return { scheme, user: account[0]!, password: account[1]!, nodes, path }
}

function decoded (...texts: string[]): string[] | null {
  try {
    return texts.map(text => decodeURIComponent(text))
  } catch {
    return null
  }
}

function parseHost (text: string, port: number): Address {
  const [, six, name = '', given] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? []
  return { host: six ?? name, port: given === undefined ? port : Number(given) }
}

/** Resolves once the client can be used; rejects with one sentence after `ms`. */
export async function redisReady (redis: RedisClient, ms: number): Promise<void> {
  if (redis.status !== 'ready') await becomesReady(redis, ms)
  // A Cluster calls itself ready before it has a connection to any node, and refuses what comes while one is being made.
  if (redis instanceof Cluster) await Promise.allSettled(redis.nodes('master').map(node => node.ping()))
}

async function becomesReady (redis: RedisClient, ms: number): Promise<void> {
  let reason = ''
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => done(new Error(`redis did not answer within ${ms / 1000} s${reason}`)), ms)
    const onReady = () => done()
    const onError = (error: Error) => { reason = `: ${error.message}` }
    function done (error?: Error): void {
      clearTimeout(timer)
      redis.off('ready', onReady).off('error', onError)
      if (error === undefined) resolve()
      else reject(error)
    }
    redis.on('ready', onReady).on('error', onError)
  })
}

/** Lets the client go, whether Redis is there or not; a goodbye that gets no answer is not waited for. */
export async function closeRedis (redis: RedisClient): Promise<void> {
  const giveUp = new AbortController()
  await Promise.race([redis.quit().catch(() => {}), delay(shipped, undefined, { signal: giveUp.signal }).catch(() => {})])
  giveUp.abort()
  redis.disconnect()
}
