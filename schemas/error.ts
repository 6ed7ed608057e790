import { Type, type TObject, type TString } from '@sinclair/typebox'

type ErrorAnswer = TObject<{ error: TString }>

/** An answer with an error. `example`: a sentence that a real answer holds. */
export function errorAnswer (description: string, example: string): ErrorAnswer {
  return Type.Object({ error: Type.String() }, { description, examples: [{ error: example }] })
}

/** Errors of a route that asks nothing of Redis, where the server asks for tokens. */
export const access = {
  401: errorAnswer('No token, or none that presque knows', 'no such token'),
  429: errorAnswer(
    'The token has made all the requests it may make for now: see Retry-After',
    'this token has made all the requests it may make for now'
  )
}

/** Where no tokens are asked for, any route can be asked by a name that is not the server's. */
export const HostUnknown = errorAnswer(
  'Without tokens: the Host is no address, not loopback, and not in PRESQUE_HOSTS',
  "the host 'evil.example' is not served here; PRESQUE_HOSTS names those that are, beside " +
  'loopback and IP addresses'
)

/** Errors that any route can answer. */
export const always = {
  ...access,
  403: errorAnswer(
    'The token lacks the role, or is not for the queue',
    "this token lacks the role 'read'"
  ),
  500: errorAnswer('A fault of presque; its log tells which', 'internal error'),
  503: errorAnswer(
    'Redis is away: whether the request took effect is not known',
    'redis is unavailable'
  )
}

/** A stream alone is refused for the second reason. */
export const StreamsFull = errorAnswer(
  'Redis is away; or as many streams are open as PRESQUE_MAX_STREAMS allows, or too many listen ' +
  'to all queues',
  'redis is unavailable'
)

export const BadRequest = errorAnswer(
  'The request is wrong; the sentence says how',
  "unknown parameter 'leese'"
)
export const TooLarge = errorAnswer(
  'The body is over PRESQUE_MAX_BODY',
  'the body is larger than 1048576 bytes'
)
export const Full = errorAnswer(
  'Redis is out of memory, or cannot write to its disk; nothing was stored',
  'redis is out of memory'
)
export const Unwritable = errorAnswer(
  'Redis cannot write to its disk; nothing was changed',
  'redis cannot write to its disk'
)

export const Forbidden = errorAnswer(
  'The token lacks the role, or is not for the queue; or a web page of another site asked',
  'a web page of another site may not do this'
)

/** Errors of a route that changes something. */
export const changing = { ...always, 400: BadRequest, 403: Forbidden, 507: Unwritable }

/** Errors of a route that stores the body of the request. */
export const storing = { ...changing, 413: TooLarge, 507: Full }

export const LeaseLost = errorAnswer(
  'The receipt is not that of the delivery under way',
  'lease lost'
)
export const Busy = errorAnswer(
  'The job is on lease, has completed, waits for others, or another one has its unique key',
  'the job is on lease'
)
export const Gone = errorAnswer(
  'With `wait`: the job was taken for good, cancelled or dropped',
  'the job was taken for good, cancelled or dropped: it will have no result'
)
export const JobFailed = errorAnswer(
  'With `wait`: the job failed for good. With Idempotency-Key: another payload came under it',
  'the job failed: no such address'
)
export const QueueFull = errorAnswer(
  'The queue has as many jobs as max_jobs allows, or knows as many idempotency keys as max_keys;' +
  ' or there may be no more queues; or the token has made all the requests it may make for now',
  'the queue is full: it has max_jobs jobs'
)
export const BoundReached = errorAnswer(
  'There are as many queues as PRESQUE_MAX_QUEUES, or max_queues of the token, allow; or the ' +
  'token has made all the requests it may make for now',
  'there are as many queues as PRESQUE_MAX_QUEUES allows'
)
export const SchedulesFull = errorAnswer(
  'There are as many schedules as PRESQUE_MAX_SCHEDULES allows; or the token may have no more ' +
  'queues; or has made all the requests it may make for now',
  'there are as many schedules as PRESQUE_MAX_SCHEDULES allows'
)
export const OperationsFull = errorAnswer(
  '100 operations are under way; or the token has made all the requests it may make for now',
  '100 operations are under way: wait for one, or pause one'
)
export const WorkersFull = errorAnswer(
  'There are as many workers as PRESQUE_MAX_WORKERS allows; or the token has made all the ' +
  'requests it may make for now',
  'there are as many workers as PRESQUE_MAX_WORKERS allows'
)
