import create from '@fastify/error'

// Without a stack: these are answers and not faults, and a stack costs more than the rest of one.
function createError (code: string, message: string, status: number) {
  return create(code, message, status, Error, false)
}

/**
 * Every error of the API: its code, which Lua, TypeScript and docs/reference/errors.md share, the
 * sentence that the client reads, and the HTTP status. `%s` is filled in where it is thrown.
 */
export const errors = {
  NO_JOB: createError('NO_JOB', 'no job', 404),
  WORKER_QUIET: createError('WORKER_QUIET', 'no job', 404),
  QUEUE_CLOSED: createError('QUEUE_CLOSED', 'queue is closed', 404),
  QUEUE_NAME_MISSING: createError('QUEUE_NAME_MISSING', 'queue name is missing', 404),
  NO_SUCH_JOB: createError('NO_SUCH_JOB', 'no such job', 404),
  NO_SUCH_WORKER: createError('NO_SUCH_WORKER', "no such worker: '%s'", 404),
  NO_SUCH_SCHEDULE: createError('NO_SUCH_SCHEDULE', 'no such schedule', 404),
  NOT_BUILT: createError('NOT_BUILT', 'the dashboard has not been built: npm run build', 404),
  NOT_FOUND: createError('NOT_FOUND', 'no such route: %s', 404),

  JOB_EXISTS: createError('JOB_EXISTS', 'job already exists', 400),
  JOB_MISSING: createError('JOB_MISSING', 'job is missing', 400),
  JOB_NOT_OBJECT: createError('JOB_NOT_OBJECT', 'a job must be a JSON object', 400),
  JOBS_NOT_ARRAY: createError('JOBS_NOT_ARRAY', 'jobs should be an array of job', 400),
  TOO_MANY_JOBS: createError('TOO_MANY_JOBS', 'a batch holds at most %s jobs', 400),
  BATCH_METHOD: createError('BATCH_METHOD', '%s is not supported in batch mode', 400),
  CONTENT_MISSING: createError('CONTENT_MISSING', 'content is missing', 400),
  STATUS_UNKNOWN: createError('STATUS_UNKNOWN', "status must be 'stop' or 'start', not '%s'", 400),
  FOR_ALONE: createError('FOR_ALONE', 'for needs "status":"stop" beside it', 400),
  WORKER_ID_MISSING: createError('WORKER_ID_MISSING', 'worker_id is missing', 400),
  WORKER_ID_INVALID: createError('WORKER_ID_INVALID',
    'a worker id is 1 to 128 printable ASCII characters without spaces', 400),
  WORKER_BODY_INVALID: createError('WORKER_BODY_INVALID',
    'the body must be a JSON object such as {"worker_id":"w1"}', 400),
  QUEUE_NAME_INVALID: createError('QUEUE_NAME_INVALID',
    'a queue name is 1 to 128 characters out of A-Z a-z 0-9 _ . : @ -, and not . or ..', 400),
  DELAYED_INVALID: createError('DELAYED_INVALID',
    'delayed must be a time in epoch seconds, such as 1273924034 or 1273924034.5', 400),
  UNIQ_INVALID: createError('UNIQ_INVALID', 'uniq must be 1 to 512 characters', 400),
  BATCH_SIZE_INVALID: createError('BATCH_SIZE_INVALID',
    'batch_size must be a whole number from 1 to 1000', 400),
  WITH_DESC_INVALID: createError('WITH_DESC_INVALID', 'with_desc must be 0 or 1', 400),
  NO_SUCH_ERROR: createError('NO_SUCH_ERROR', 'no such error', 404),
  FINGERPRINT_INVALID: createError('FINGERPRINT_INVALID',
    'the fingerprint of an error must be 12 hexadecimal digits', 400),
  ERROR_STATE_INVALID: createError('ERROR_STATE_INVALID',
    'error goes with state=failed or state=retrying', 400),
  AFTER_INVALID: createError('AFTER_INVALID',
    'after must be empty, or `next` of the page before, with the same state and order', 400),
  AFTER_OFFSET: createError('AFTER_OFFSET',
    'a list with after or a filter has no offset: go on with `next`', 400),
  FILTER_ALONE: createError('FILTER_ALONE', 'after and filters of jobs need a state', 400),
  SINCE_INVALID: createError('SINCE_INVALID',
    'since and until must be times in epoch seconds, such as 1273924034 or 1273924034.5', 400),
  PERIOD_INVALID: createError('PERIOD_INVALID', 'since must be before until', 400),
  MIN_ATTEMPT_INVALID: createError('MIN_ATTEMPT_INVALID',
    'min_attempt must be a whole number from 1 to 1000000', 400),
  TEXT_INVALID: createError('TEXT_INVALID', 'text must be 1 to 200 characters', 400),
  DRY_INVALID: createError('DRY_INVALID', 'dry must be 0 or 1', 400),
  OFFSET_INVALID: createError('OFFSET_INVALID', 'offset must be a whole number from 0 on', 400),
  LIMIT_INVALID: createError('LIMIT_INVALID', 'limit must be a whole number from 0 to 1000', 400),
  STEP_INVALID: createError('STEP_INVALID', 'step must be 60 (a minute) or 3600 (an hour)', 400),
  HOURS_INVALID: createError('HOURS_INVALID', 'hours must be a whole number from 1 to 168', 400),
  FORECAST_STEP_INVALID: createError('FORECAST_STEP_INVALID',
    'step must be whole seconds, from 60 to 86400', 400),
  FORECAST_LIMIT_INVALID: createError('FORECAST_LIMIT_INVALID',
    'limit must be a whole number from 1 to 100', 400),
  FORECAST_TOO_LONG: createError('FORECAST_TOO_LONG',
    'hours and step make more than %s periods', 400),
  FIELDS_INVALID: createError('FIELDS_INVALID',
    'fields must be members of a job, with commas between them, such as id,last_error; not' +
      " '%s'", 400),
  PAYLOAD_MAX_INVALID: createError('PAYLOAD_MAX_INVALID',
    'payload_max must be a whole number of bytes, from 0 to 1048576', 400),
  ORDER_INVALID: createError('ORDER_INVALID', "order must be asc or desc, not '%s'", 400),
  WORKER_LIMIT_INVALID: createError('WORKER_LIMIT_INVALID',
    'limit must be a whole number from 1 to 1000', 400),
  AUDIT_AFTER_INVALID: createError('AUDIT_AFTER_INVALID',
    "after must be the id of an entry, such as 1700000000000-0, not '%s'", 400),
  WHO_INVALID: createError('WHO_INVALID',
    'who must be the name of a token: 1 to 64 visible characters', 400),
  UNKNOWN_PARAMETER: createError('UNKNOWN_PARAMETER', "unknown parameter '%s'", 400),
  UNKNOWN_PROPERTY: createError('UNKNOWN_PROPERTY', "unknown property '%s' in the body", 400),
  INVALID: createError('INVALID', '%s', 400),
  NOT_JSON_TYPE: createError('NOT_JSON_TYPE', 'content-type must be set to application/json', 400),
  NOT_JSON: createError('NOT_JSON', 'the body is not valid JSON: %s', 400),
  NOT_UTF8: createError('NOT_UTF8', 'the body is not valid UTF-8', 400),
  BYTE_ORDER_MARK: createError('BYTE_ORDER_MARK',
    'the body begins with a byte-order mark; send it without', 400),
  BAD_URL: createError('BAD_URL', 'the URL has an invalid percent-escape', 400),
  BAD_REQUEST: createError('BAD_REQUEST', 'the request is not valid HTTP: %s', 400),

  PRIORITY_INVALID: createError('PRIORITY_INVALID',
    'priority must be a whole number from 0 (soonest) to 9', 400),
  TRIES_INVALID: createError('TRIES_INVALID', 'tries must be a whole number from 1 to 1000', 400),
  MAX_LOST_INVALID: createError('MAX_LOST_INVALID',
    'max_lost must be a whole number from 1 to 1000, or null for no bound', 400),
  DELAY_INVALID: createError('DELAY_INVALID',
    'delay must be seconds from now, from 0 to 315360000', 400),
  DELAY_TWICE: createError('DELAY_TWICE',
    'give delay (seconds from now) or delayed (epoch seconds), not both', 400),
  TTL_INVALID: createError('TTL_INVALID',
    'ttl must be seconds, more than 0 and at most 315360000', 400),
  KEEP_INVALID: createError('KEEP_INVALID', 'keep must be seconds, from 0 to 2592000', 400),
  ON_DUPLICATE_INVALID: createError('ON_DUPLICATE_INVALID',
    "on_duplicate must be reject, ignore or replace, not '%s'", 400),
  ON_DUPLICATE_ALONE: createError('ON_DUPLICATE_ALONE', 'on_duplicate needs uniq', 400),
  TAGS_INVALID: createError('TAGS_INVALID',
    'tags must be 1 to 10 words, each of 1 to 64 of the characters A-Z a-z 0-9 _ . : @ -, with ' +
    'commas between them, such as acme,invoice', 400),
  DEPENDS_INVALID: createError('DEPENDS_INVALID',
    'depends must be the ids of 1 to 100 jobs, with commas between them, such as 12,13', 400),
  DEPENDS_UNKNOWN: createError('DEPENDS_UNKNOWN',
    "depends: no job '%s' was put in before this one", 400),
  DEPENDS_TOO_MANY: createError('DEPENDS_TOO_MANY',
    'a batch with depends: its jobs times the jobs they wait for may be 10000 at most', 400),
  IDEMPOTENCY_KEY_INVALID: createError('IDEMPOTENCY_KEY_INVALID',
    'Idempotency-Key must be 1 to 256 printable ASCII characters', 400),
  LEASE_INVALID: createError('LEASE_INVALID', 'lease must be seconds, from 1 to 43200', 400),
  WAIT_INVALID: createError('WAIT_INVALID', 'wait must be seconds, from 0 to %s', 400),
  RECEIPT_INVALID: createError('RECEIPT_INVALID',
    'receipt is missing: it came with the job, as X-Presque-Receipt', 400),
  JOB_ID_INVALID: createError('JOB_ID_INVALID',
    'a job id is a string of 1 to 16 digits, such as "42"', 400),
  STATE_MISSING: createError('STATE_MISSING', 'state is missing: which jobs?', 400),
  STATE_INVALID: createError('STATE_INVALID', "no such state here: '%s'", 400),
  LAST_EVENT_ID_INVALID: createError('LAST_EVENT_ID_INVALID',
    'Last-Event-ID is not the id of an event', 400),
  CREDIT_INVALID: createError('CREDIT_INVALID',
    'credit must be a whole number from 1 to 1000', 400),
  CREDIT_ALONE: createError('CREDIT_ALONE',
    'credit needs the header Accept: text/event-stream', 400),
  TAKE_BODY: createError('TAKE_BODY',
    'a take has its parameters in the query, such as ?lease=30&wait=20, and no body', 400),
  NEXT_INVALID: createError('NEXT_INVALID', 'next must be 0 or 1', 400),
  OUTCOME_MIXED: createError('OUTCOME_MIXED',
    'a job has a result, or an error; delay and retry need an error', 400),
  FRONT_INVALID: createError('FRONT_INVALID', 'front must be 0 or 1', 400),
  FRONT_DELAYED: createError('FRONT_DELAYED',
    'a job goes to the front of its queue (front=1), or has a delay', 400),
  BODY_INVALID: createError('BODY_INVALID', 'the body must be a JSON object', 400),
  AHEAD_INVALID: createError('AHEAD_INVALID',
    'ahead is a whole number of hours from 0 to 168', 400),
  SCHEDULE_NAME_INVALID: createError('SCHEDULE_NAME_INVALID',
    'the name of a schedule is 1 to 128 characters out of A-Z a-z 0-9 _ . : @ -, and not .' +
      ' or ..', 400),
  SCHEDULE_INVALID: createError('SCHEDULE_INVALID',
    'a schedule is a JSON object such as {"queue":"mail","every":60,"payload":{}}', 400),
  SCHEDULE_QUEUE_MISSING: createError('SCHEDULE_QUEUE_MISSING',
    'queue is missing: where do the jobs go?', 400),
  SCHEDULE_TIME_MISSING: createError('SCHEDULE_TIME_MISSING', 'give cron or every', 400),
  SCHEDULE_TIME_TWICE: createError('SCHEDULE_TIME_TWICE', 'give cron or every, not both', 400),
  CRON_INVALID: createError('CRON_INVALID',
    'cron must be five fields such as */5 * * * *, or six with seconds first: %s', 400),
  EVERY_INVALID: createError('EVERY_INVALID', 'every must be seconds, from 1 to 315360000', 400),
  TZ_INVALID: createError('TZ_INVALID',
    "no such time zone: '%s'; it must be a name such as Europe/Berlin", 400),
  TZ_ALONE: createError('TZ_ALONE', 'tz needs cron beside it', 400),
  OVERLAP_INVALID: createError('OVERLAP_INVALID', "overlap must be skip or allow, not '%s'", 400),
  CATCHUP_INVALID: createError('CATCHUP_INVALID', "catchup must be none or one, not '%s'", 400),

  TOKEN_MISSING: createError('TOKEN_MISSING',
    'a token is needed: send it as Authorization: Bearer <token>', 401),
  TOKEN_UNKNOWN: createError('TOKEN_UNKNOWN', 'no such token', 401),
  ROLE_MISSING: createError('ROLE_MISSING', "this token lacks the role '%s'", 403),
  QUEUE_FORBIDDEN: createError('QUEUE_FORBIDDEN', "this token is not for the queue '%s'", 403),
  SCHEDULE_FORBIDDEN: createError('SCHEDULE_FORBIDDEN',
    'this token is not for the queue of that schedule', 403),
  TOO_MANY_REQUESTS: createError('TOO_MANY_REQUESTS',
    'this token has made all the requests it may make for now', 429),
  CROSS_SITE: createError('CROSS_SITE', 'a web page of another site may not do this', 403),
  TAKE_BY_BROWSER: createError('TAKE_BY_BROWSER',
    'a browser takes no job by a GET, since pages of other sites can make it send one: use' +
      ' POST /q/NAME/take', 403),
  HOST_UNKNOWN: createError('HOST_UNKNOWN',
    "the host '%s' is not served here; PRESQUE_HOSTS names those that are, beside loopback" +
      ' and IP addresses', 403),
  METHOD_NOT_ALLOWED: createError('METHOD_NOT_ALLOWED', '%s is not allowed here; allowed: %s', 405),
  REQUEST_TIMEOUT: createError('REQUEST_TIMEOUT', 'the request took too long to arrive', 408),
  BODY_TOO_LARGE: createError('BODY_TOO_LARGE', 'the body is larger than %s bytes', 413),
  PROGRESS_TOO_LARGE: createError('PROGRESS_TOO_LARGE', 'progress is larger than 65536 bytes', 413),
  LEASE_LOST: createError('LEASE_LOST', 'lease lost', 409),
  JOB_ON_LEASE: createError('JOB_ON_LEASE', 'the job is on lease', 409),
  JOB_BLOCKED: createError('JOB_BLOCKED', 'the job waits for others to complete: %s', 409),
  JOB_DUPLICATE: createError('JOB_DUPLICATE',
    'job %s has its unique key by now, so this one stays failed', 409),
  JOB_COMPLETED: createError('JOB_COMPLETED', 'the job has completed', 409),
  JOB_GONE: createError('JOB_GONE',
    'the job was taken for good, cancelled or dropped: it will have no result', 410),
  IDEMPOTENCY_CONFLICT: createError('IDEMPOTENCY_CONFLICT',
    'another payload was pushed under this Idempotency-Key', 422),
  JOB_FAILED: createError('JOB_FAILED', 'the job failed: %s', 422),
  QUEUE_FULL: createError('QUEUE_FULL', 'the queue is full: it has max_jobs jobs', 429),
  KEYS_FULL: createError('KEYS_FULL',
    'the queue knows max_keys idempotency keys of the last day, and takes no new one', 429),
  QUEUES_FULL: createError('QUEUES_FULL',
    'there are as many queues as PRESQUE_MAX_QUEUES allows', 429),
  TOKEN_QUEUES_FULL: createError('TOKEN_QUEUES_FULL',
    'this token may have no more queues: it has max_queues', 429),
  SCHEDULES_FULL: createError('SCHEDULES_FULL',
    'there are as many schedules as PRESQUE_MAX_SCHEDULES allows', 429),
  WORKERS_FULL: createError('WORKERS_FULL',
    'there are as many workers as PRESQUE_MAX_WORKERS allows', 429),
  EXPECTATION_FAILED: createError('EXPECTATION_FAILED',
    'the only expectation met here is 100-continue', 417),
  HEADERS_TOO_LARGE: createError('HEADERS_TOO_LARGE', 'the request headers are too large', 431),

  INTERNAL: createError('INTERNAL', 'internal error', 500),
  CODING_UNKNOWN: createError('CODING_UNKNOWN',
    'the only Transfer-Encoding read here is chunked', 501),
  REDIS_UNAVAILABLE: createError('REDIS_UNAVAILABLE', 'redis is unavailable', 503),
  STREAMS_FULL: createError('STREAMS_FULL',
    'as many streams are open here as PRESQUE_MAX_STREAMS allows', 503),
  LISTENERS_FULL: createError('LISTENERS_FULL',
    'too many listen to all queues here: name up to 32 queues (queue=), or ask another ' +
      'server', 503),
  REDIS_BUSY: createError('REDIS_BUSY',
    'too much is under way to redis: nothing was done, ask again', 503),
  LAYOUT_NEWER: createError('LAYOUT_NEWER',
    'the data in redis has layout %s, and this presque knows none above %s: upgrade it, or' +
      ' give it another redis', 503),
  WRITES_REFUSED: createError('WRITES_REFUSED', 'redis takes no writes: %s', 503),
  NOT_REPLICATED: createError('NOT_REPLICATED',
    'not confirmed by enough replicas: the job may be there', 503),
  REDIS_FULL: createError('REDIS_FULL', 'redis is out of memory', 507),
  REDIS_READ_ONLY: createError('REDIS_READ_ONLY', 'redis cannot write to its disk', 507)
} as const

export type ErrorCode = keyof typeof errors

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
