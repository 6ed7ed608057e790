import { errors, type ErrorCode } from './errors.ts'

// The errors of Redis itself, by their first word. Any other is a bug of presque: a 500.
const fromRedis: Record<string, ErrorCode> = {
  OOM: 'REDIS_FULL',
  MISCONF: 'REDIS_READ_ONLY',
  LOADING: 'REDIS_UNAVAILABLE',
  BUSY: 'REDIS_UNAVAILABLE',
  READONLY: 'REDIS_UNAVAILABLE',
  MASTERDOWN: 'REDIS_UNAVAILABLE',
  CLUSTERDOWN: 'REDIS_UNAVAILABLE',
  TRYAGAIN: 'REDIS_UNAVAILABLE',
  NOREPLICAS: 'REDIS_UNAVAILABLE',
  // The client sends a script again once; its cache was flushed a second time meanwhile.
  NOSCRIPT: 'REDIS_UNAVAILABLE',
  NOAUTH: 'REDIS_UNAVAILABLE',
  MOVED: 'REDIS_UNAVAILABLE',
  ASK: 'REDIS_UNAVAILABLE'
}

// How ioredis says that there is no connection, or that there was one.
const disconnected = new RegExp(`^(${[
  'Connection is closed',
  "Stream isn't writeable",
  'Command timed out',
  'Socket timeout',
  'Reached the max retries',
  'Failed to refresh slots',
  'Command queue state error',
  "Cluster isn't ready",
  'None of startup nodes',
  'Too many Cluster redirections',
  'All sentinels'
].join('|')})`)

const disconnectedNames = ['AbortError', 'ClusterAllFailedError', 'MaxRetriesPerRequestError']

/**
 * The error of the API that an error of the Redis client stands for: the `{ err = 'CODE' }` of a
 * script, or Redis full, or away. null when it is none of them: a bug of presque.
 */
export function errorFromRedis (error: Error): Error | null {
  if (error.name === 'ReplyError') return errorFromReply(error.message)
  const isAway = disconnectedNames.includes(error.name) || disconnected.test(error.message)
  return isAway ? new errors.REDIS_UNAVAILABLE({ cause: error }) : null
}

function errorFromReply (message: string): Error | null {
  // Redis 6 wraps the error of a command within a script.
  const word = /^(?:ERR Error running script .*: -)?([A-Z_]+)/.exec(message)?.[1] ?? ''
  const code = word in errors ? word as ErrorCode : fromRedis[word]
  if (code === undefined) return null
  // A script may add the ids that the error is about.
  const about = /^[A-Z_]+ ([\d,]+)$/.exec(message)?.[1]
  return about === undefined ? new errors[code]() : new errors[code](about)
}
