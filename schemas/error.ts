import { Type, type TObject, type TString } from '@sinclair/typebox'

type Refused = TObject<{ error: TString }>

/** What every refusal looks like, with a sentence that a real answer holds. */
export function refusal (description: string, example: string): Refused {
  return Type.Object({ error: Type.String() }, { description, examples: [{ error: example }] })
}

/** Refusals of a route that asks nothing of Redis, where tokens are asked for. */
export const access = {
  401: refusal('No token, or none that presque knows', 'no such token'),
  429: refusal(
    'The token has made all the requests it may make for now: see Retry-After',
    'this token has made all the requests it may make for now'
  )
}

/** Where no tokens are asked for, any route can be asked by a name that is not the server's. */
export const HostUnknown = refusal(
  'Without tokens: the Host is no address, not loopback, and not in PRESQUE_HOSTS',
  "the host 'evil.example' is not served here; PRESQUE_HOSTS names those that are, beside " +
  'loopback and IP addresses'
)

/** Refusals that any route can answer. */
export const always = {
  ...access,
  403: refusal(
    'The token lacks the role, or is not for the queue',
    "this token lacks the role 'read'"
  ),
  500: refusal('A fault of presque; its log tells which', 'internal error'),
  503: refusal(
    'Redis is away: whether the request took effect is not known',
    'redis is unavailable'
  )
}

/** A stream alone is refused for the second reason. */
export const StreamsFull = refusal(
  'Redis is away; or as many streams are open as PRESQUE_MAX_STREAMS allows, or too many listen ' +
  'to all queues',
  'redis is unavailable'
)

export const BadRequest = refusal(
  'The request is wrong; the sentence says how',
  "unknown parameter 'leese'"
)
export const TooLarge = refusal(
  'The body is over PRESQUE_MAX_BODY',
  'the body is larger than 1048576 bytes'
)
export const Full = refusal(
  'Redis is out of memory, or cannot write to its disk; nothing was stored',
  'redis is out of memory'
)
export const Unwritable = refusal(
  'Redis cannot write to its disk; nothing was changed',
  'redis cannot write to its disk'
)

export const Forbidden = refusal(
  'The token lacks the role, or is not for the queue; or a web page of another site asked',
  'a web page of another site may not do this'
)

/** Refusals of a route that changes something. */
export const changing = { ...always, 400: BadRequest, 403: Forbidden, 507: Unwritable }

/** Refusals of a route that stores what it is sent. */
export const storing = { ...changing, 413: TooLarge, 507: Full }

export const LeaseLost = refusal('The receipt is not that of the delivery under way', 'lease lost')
export const Busy = refusal(
  'The job is on lease, has completed, waits for others, or another one has its unique key',
  'the job is on lease'
)
export const Gone = refusal(
  'With `wait`: the job was taken for good, cancelled or dropped',
  'the job was taken for good, cancelled or dropped: it will have no result'
)
export const JobFailed = refusal(
  'With `wait`: the job failed for good. With Idempotency-Key: another payload came under it',
  'the job failed: no such address'
)
export const QueueFull = refusal(
  'The queue has as many jobs as max_jobs allows, or knows as many idempotency keys as max_keys;' +
  ' or there may be no more queues; or the token has made all the requests it may make for now',
  'the queue is full: it has max_jobs jobs'
)
export const BoundReached = refusal(
  'There are as many queues as PRESQUE_MAX_QUEUES, or max_queues of the token, allow; or the ' +
  'token has made all the requests it may make for now',
  'there are as many queues as PRESQUE_MAX_QUEUES allows'
)
export const SchedulesFull = refusal(
  'There are as many schedules as PRESQUE_MAX_SCHEDULES allows; or the token may have no more ' +
  'queues; or has made all the requests it may make for now',
  'there are as many schedules as PRESQUE_MAX_SCHEDULES allows'
)
export const WorkersFull = refusal(
  'There are as many workers as PRESQUE_MAX_WORKERS allows; or the token has made all the ' +
  'requests it may make for now',
  'there are as many workers as PRESQUE_MAX_WORKERS allows'
)
