import { setTimeout as delay } from 'node:timers/promises'
import { Cluster, Redis } from 'ioredis'
import { limitCommands } from './command-limit.ts'
import { commandName, commands } from './script.ts'
import { storeOf, type RedisClient } from './store.ts'
import { parseRedisUrl, type Address } from './url.ts'

/**
 * A command without an answer after this many ms is answered 503. Whether Redis has done it is then
 * not known.
 */
export const defaultPatienceMs = 700

// Fails at once rather than queue up: a caller that gets 503 within a second can decide what to do,
// and a queue in memory cannot.
function impatient (patienceMs: number) {
  return {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // These two are for connections that command-limit.ts does not take over: those on which the
    // messages of a Cluster arrive.
    commandTimeout: patienceMs,
    socketTimeout: patienceMs,
    connectTimeout: patienceMs,
    disconnectTimeout: 100,
    // By default a Redis that loads its data is asked again up to 10 s after it is ready.
    maxLoadingRetryTime: 500
  }
}

/**
 * Commands that leave without waiting for the end of the turn: batcher.ts has waited for it
 * already, and the name of a queue goes before its jobs.
 */
export const unpipelined = ['push', 'take', 'ack', 'ack_next'].map(commandName).concat('sadd')

// A master that has become a replica keeps its connections: only a new one finds the new master.
function isDemoted ({ message }: Error): boolean {
  return message.startsWith('READONLY')
}

// In ms: soon at first, then twice a second.
function reconnectPause (attempt: number): number {
  return Math.min(50 * attempt, 500)
}

/**
 * A client that puts `prefix` and a colon before every key. It begins to connect. No command waits
 * longer than `patienceMs` for its answer. `url` has one of these forms:
 * - `redis://host:port`, `rediss://host:port` or `unix://path`
 * - `redis+sentinel://host:port,host:port/name`
 * - `redis+cluster://host:port,host:port`
 */
export function createRedis (
  url: string, prefix: string, patienceMs = defaultPatienceMs
): RedisClient {
  const redis = connect(url, `${prefix}:`, patienceMs)
  storeOf(redis).patienceMs = patienceMs
  return redis
}

function connect (url: string, keyPrefix: string, patienceMs: number): RedisClient {
  const { scheme, user, password, nodes, path } = parseRedisUrl(url)
  const account = { ...(user && { username: user }), ...(password && { password }) }
  if (scheme === 'redis+cluster') {
    return createCluster(nodes, keyPrefix, { ...impatient(patienceMs), ...account })
  }
  const options = {
    ...impatient(patienceMs),
    retryStrategy: reconnectPause,
    reconnectOnError: isDemoted,
    keyPrefix,
    scripts: commands()
  }
  if (scheme === 'unix') return limitCommands(new Redis({ ...options, path }), patienceMs)
  // Over TCP, commands of one turn share a packet: a third more pushes a second. Over a unix
  // socket it costs.
  const pipelining = { enableAutoPipelining: true, autoPipeliningIgnoredCommands: unpipelined }
  const shared = { ...options, ...account, ...pipelining }
  if (scheme === 'redis+sentinel') {
    const sentinel = sentinelOptions(nodes, path, patienceMs)
    // Another master may have been chosen meanwhile: a silent one is left at once.
    return limitCommands(new Redis({ ...shared, ...sentinel }), patienceMs, 1)
  }
  const db = Number(path || 0)
  const place = { ...nodes[0]!, db, ...(scheme === 'rediss' && { tls: {} }) }
  return limitCommands(new Redis({ ...shared, ...place }), patienceMs)
}

function sentinelOptions (sentinels: Address[], name: string, patienceMs: number) {
  return {
    sentinels,
    name,
    sentinelRetryStrategy: reconnectPause,
    sentinelCommandTimeout: patienceMs
  }
}

// No auto-pipelining: with it, MOVED and ASK of a Cluster that reshards reach the callers
// (redis/ioredis#2075).
function createCluster (
  nodes: Address[], keyPrefix: string,
  { enableOfflineQueue, ...redisOptions }: ReturnType<typeof impatient>
): Cluster {
  const cluster = new Cluster(nodes, {
    keyPrefix,
    scripts: commands(),
    // For pubsub.ts: one connection a master, over which a message stays on the node of its queue.
    shardedSubscribers: true,
    enableOfflineQueue,
    slotsRefreshTimeout: redisOptions.commandTimeout,
    clusterRetryStrategy: reconnectPause,
    // No command is sent twice: Redis may have done it, and a line of retries has no limit.
    clusterNodeRetryStrategy: reconnectPause,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    slotsRefreshInterval: 0,
    redisOptions
  })
  cluster.on('+node', (node: Redis) => limitCommands(node, redisOptions.commandTimeout))
  refreshSlots(cluster)
  return cluster
}

// Finds the slots of a dead node. The timer of ioredis would outlive a client that is closed while
// it asks.
function refreshSlots (cluster: Cluster): void {
  const timer = setInterval(() => cluster.refreshSlotsCache(() => {}), 1000).unref()
  cluster.once('end', () => clearInterval(timer))
}

/** Resolves once the client can be used; rejects with one sentence after `ms`. */
export async function redisReady (redis: RedisClient, ms: number): Promise<void> {
  if (redis.status !== 'ready') await becomesReady(redis, ms)
  // A Cluster is ready before it has a connection to any node, and refuses commands meanwhile.
  if (redis instanceof Cluster) {
    await Promise.allSettled(redis.nodes('master').map(node => node.ping()))
  }
}

async function becomesReady (redis: RedisClient, ms: number): Promise<void> {
  let reason = ''
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      end(new Error(`redis did not answer within ${ms / 1000} s${reason}`))
    }, ms)
    const onReady = () => end()
    const onError = (error: Error) => {
      reason = `: ${error.message}`
    }
    function end (error?: Error): void {
      clearTimeout(timer)
      redis.off('ready', onReady).off('error', onError)
      if (error === undefined) resolve()
      else reject(error)
    }
    redis.on('ready', onReady).on('error', onError)
  })
}

/** Disconnects, whether Redis is there or not; waits no longer than for the answer of a command. */
export async function closeRedis (redis: RedisClient): Promise<void> {
  const giveUp = new AbortController()
  const { signal } = giveUp
  await Promise.race([
    redis.quit().catch(() => {}),
    delay(defaultPatienceMs, undefined, { signal }).catch(() => {})
  ])
  giveUp.abort()
  redis.disconnect()
}
