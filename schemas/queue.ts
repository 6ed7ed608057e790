import { Type } from '@sinclair/typebox'
import { QueueNames, QueueParams, WorkerHeaders, WorkerId } from './name.ts'
import { Delayed, Depends, OnDuplicate, Payload, Priority, Tags, Ttl, Uniq } from './push.ts'
import { Delay, Keep, LeaseParameter, MaxLostParameter, Tries, Wait } from './time.ts'
import { Created, NoContent } from './empty.ts'
import { eventStream } from './event.ts'
import { TraceHeaders, traceHeaders } from './trace.ts'
import { changing, Gone, JobFailed, errorAnswer, QueueFull, storing, TooLarge } from './error.ts'

const Insertion = Type.Object(
  {
    delayed: Type.Optional(Delayed),
    delay: Type.Optional(Delay),
    uniq: Type.Optional(Uniq),
    on_duplicate: Type.Optional(OnDuplicate),
    priority: Type.Optional(Priority),
    tries: Type.Optional(Tries),
    max_lost: Type.Optional(MaxLostParameter),
    ttl: Type.Optional(Ttl),
    keep: Type.Optional(Keep),
    depends: Type.Optional(Depends),
    tags: Type.Optional(Tags)
  },
  { additionalProperties: false }
)

const placed = {
  Location: {
    type: 'string',
    description: 'Where the job can be looked at',
    example: '/j/mail/42'
  },
  'X-Presque-Job': { type: 'string', description: 'Its id', example: '42' }
}

const found = {
  ...placed,
  'X-Presque-Duplicate': {
    type: 'string',
    description: 'With on_duplicate=ignore: nothing was added',
    example: 'true'
  }
}

const PushHeaders = Type.Object({
  ...TraceHeaders.properties,
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[\\x20-\\x7e]{1,256}$',
      description:
        'A push that is repeated with the same key within a day adds nothing, and answers as the' +
        ' first time',
      'x-refusal': 'IDEMPOTENCY_KEY_INVALID'
    })
  )
})

export const Push = {
  tags: ['queue'],
  summary: 'Put a job in',
  description:
    'With `wait` the answer is the result of the job: 200 when a worker has acknowledged it, 422' +
    ' when it has failed for good, 202 when time is up.',
  params: QueueParams,
  querystring: Type.Object(
    { ...Insertion.properties, wait: Type.Optional(Wait) },
    { additionalProperties: false }
  ),
  headers: PushHeaders,
  body: Payload,
  response: {
    200: Type.Unsafe<unknown>({
      description:
        'With `wait` the result; with `on_duplicate=ignore` nothing, if there is such a job',
      examples: [{ sent: true }],
      headers: found
    }),
    201: { ...Created, headers: placed },
    202: {
      ...Created,
      description: 'The job has not finished in time; look at its Location',
      headers: placed
    },
    ...storing,
    410: Gone,
    422: JobFailed,
    429: QueueFull
  }
}

export const Reinsert = {
  tags: ['queue'],
  summary: 'Put a job in again after it failed',
  description:
    'Counts one failure for the queue, and for the worker named. A refused request counts nothing.',
  params: QueueParams,
  querystring: Type.Object(
    { ...Insertion.properties, worker_id: Type.Optional(WorkerId) },
    { additionalProperties: false }
  ),
  headers: Type.Object({ ...WorkerHeaders.properties, ...TraceHeaders.properties }),
  body: Payload,
  response: {
    200: {
      ...Created,
      description: 'With on_duplicate=ignore: there is such a job',
      headers: found
    },
    201: { ...Created, headers: placed },
    ...storing,
    429: QueueFull
  }
}

/** How a worker hears that it is to take no more. */
export const quietHeader = {
  'X-Presque-Quiet': {
    type: 'string',
    description: 'The worker is to take no more, and to end when it is done',
    example: '1'
  }
}

export const Nothing = {
  ...errorAnswer(
    'There is no job, or the queue is stopped ("queue is closed"), or the worker is to take no ' +
    'more',
    'no job'
  ),
  headers: quietHeader
}

/** The headers of a delivery; all but the first two with a lease alone. */
export const leaseHeaders = {
  'X-Presque-Queue': { type: 'string', description: 'The queue it came from', example: 'mail' },
  'X-Presque-Job': { type: 'string', description: 'Its id', example: '42' },
  'X-Presque-Receipt': {
    type: 'string',
    description: 'With a lease: what proves this delivery',
    example: '1-5f2b6c1d0a9e8f77-g8zvpy2z'
  },
  'X-Presque-Attempt': { type: 'string', description: '1 for the first delivery', example: '1' },
  'X-Presque-Lease-Expires': {
    type: 'string',
    description: 'Epoch seconds',
    example: '1273923564.123'
  },
  Link: {
    type: 'string',
    description: 'Where to ack, nack and touch',
    example: '</j/mail/42/ack?receipt=1-5f2b6c1d0a9e8f77-g8zvpy2z>; rel="ack"'
  }
}

export const Taken = Type.Unsafe<string>({
  ...Payload,
  headers: { ...leaseHeaders, ...traceHeaders }
})

const Credit = Type.Integer({
  minimum: 1,
  maximum: 1000,
  description:
    'With `Accept: text/event-stream`: how many jobs at a time may be not acknowledged; 1 if ' +
    'none is given',
  'x-refusal': 'CREDIT_INVALID'
})

const job = {
  id: '42',
  event: 'job',
  data: {
    queue: 'mail',
    id: '42',
    receipt: '1-5f2b6c1d0a9e8f77-g8zvpy2z',
    attempt: 1,
    expires: 1273923564.123,
    payload: { to: 'ann' }
  }
}

export const Take = {
  tags: ['queue'],
  summary: 'Take a job out',
  description:
    'For good; or with `lease` until its end, with the receipt in headers. If the client has ' +
    'left before the answer could be sent, the job goes back. With `Accept: text/event-stream` ' +
    'the answer goes on, one event a job: see docs/guide/events.md.',
  params: Type.Object({ queue: QueueNames }),
  querystring: Type.Object(
    {
      worker_id: Type.Optional(WorkerId),
      lease: Type.Optional(LeaseParameter),
      wait: Type.Optional(Wait),
      credit: Type.Optional(Credit)
    },
    { additionalProperties: false }
  ),
  headers: WorkerHeaders,
  response: {
    200: {
      description: 'The job',
      headers: { ...leaseHeaders, ...traceHeaders },
      content: { 'application/json': { schema: Payload }, ...eventStream(job) }
    },
    ...changing,
    404: Nothing
  }
}

/** A body would be a mistake: with its `lease` unheard, the job would be taken for good. */
export const NoBody = Type.Union([Type.Object({}, { maxProperties: 0 }), Type.Null()], {
  description: 'None; an empty object does no harm',
  examples: [{}],
  'x-refusal': 'TAKE_BODY'
})

const safely =
  'The same as the GET, and the safe way: no browser, proxy or cache asks for it ahead of time, ' +
  'repeats it, or keeps its answer.'

export const TakeByPost = {
  ...Take,
  summary: 'Take a job out, by a POST',
  description: `${safely} ${Take.description}`,
  body: NoBody,
  response: { ...Take.response, 413: TooLarge }
}

export const Purge = {
  tags: ['queue'],
  summary: 'Purge and delete a queue',
  description: 'Jobs, delayed jobs, unique keys, counters and status go, and the name in /status/.',
  params: QueueParams,
  querystring: Type.Object({}, { additionalProperties: false }),
  response: { 204: NoContent, ...changing }
}
