import { Type } from '@sinclair/typebox'
import { JobId, QueueParams, WorkerHeaders, WorkerId } from './name.ts'
import { Delayed, Depends, Payload, Priority, Tags, Ttl } from './push.ts'
import { Delay, Instant, Keep, LeaseParameter, MaxLostParameter, Tries, Wait } from './time.ts'
import { NoBody, Nothing } from './queue.ts'
import { Created } from './empty.ts'
import { TraceHeaders, TraceMembers } from './trace.ts'
import { access, changing, Forbidden, QueueFull, errorAnswer, storing, TooLarge } from './error.ts'

export const batchSize = { most: 1000, usual: 10, mostPushed: 10_000 }

export const BatchSize = Type.Integer({
  minimum: 1,
  maximum: batchSize.most,
  default: batchSize.usual,
  description: 'How many at most; fewer when they are together over 8 MiB',
  'x-refusal': 'BATCH_SIZE_INVALID'
})

/** A job on lease, as one of several. */
export const LeasedJob = Type.Object({
  id: JobId,
  receipt: Type.String(),
  attempt: Type.Integer(),
  expires: Instant,
  ...TraceMembers,
  payload: Payload
})

export const TakeBatch = {
  tags: ['batch'],
  summary: 'Take several jobs out',
  params: QueueParams,
  querystring: Type.Object(
    {
      batch_size: BatchSize,
      worker_id: Type.Optional(WorkerId),
      lease: Type.Optional(LeaseParameter),
      wait: Type.Optional(Wait)
    },
    { additionalProperties: false }
  ),
  headers: WorkerHeaders,
  response: {
    200: Type.Unsafe<string>(
      Type.Union(
        [
          Type.Array(Type.String(), { description: 'Each payload as a string' }),
          Type.Array(LeasedJob, { description: 'With lease' })
        ],
        {
          description:
            'Each payload as a string; with `lease` objects, the payload as JSON beside what ' +
            'proves the delivery',
          examples: [
            ['{"to":"ann"}', '{"to":"bob"}'],
            [
              {
                id: '42',
                receipt: '1-5f2b6c1d0a9e8f77-g8zvpy2z',
                attempt: 1,
                expires: 1273923564.123,
                payload: { to: 'ann' }
              }
            ]
          ]
        }
      )
    ),
    ...changing,
    404: Nothing
  }
}

export const TakeBatchByPost = {
  ...TakeBatch,
  summary: 'Take several jobs out, by a POST',
  description: 'The same as the GET, and the safe way: see POST /q/{queue}/take.',
  body: NoBody,
  response: { ...TakeBatch.response, 413: TooLarge }
}

// The client of 2010 sends it beside the parameter, as a number or as text, or null where there is
// none.
const DelayedToo = Type.Union(
  [Delayed, Type.String({ pattern: '^[0-9]{1,11}(\\.[0-9]{1,6})?$' }), Type.Null()],
  {
    description: 'Instead of the parameter of that name, which counts where both are given',
    'x-refusal': 'DELAYED_INVALID'
  }
)

export const PushBatch = {
  tags: ['batch'],
  summary: 'Put several jobs in, all or none',
  description: 'The parameters hold for each of them, and so does traceparent.',
  params: QueueParams,
  querystring: Type.Object(
    {
      delayed: Type.Optional(Delayed),
      delay: Type.Optional(Delay),
      priority: Type.Optional(Priority),
      tries: Type.Optional(Tries),
      max_lost: Type.Optional(MaxLostParameter),
      ttl: Type.Optional(Ttl),
      keep: Type.Optional(Keep),
      depends: Type.Optional(Depends),
      tags: Type.Optional(Tags)
    },
    { additionalProperties: false }
  ),
  headers: TraceHeaders,
  body: Type.Object(
    {
      jobs: Type.Array(Payload, { maxItems: batchSize.mostPushed, 'x-refusal': 'JOBS_NOT_ARRAY' }),
      delayed: Type.Optional(DelayedToo)
    },
    {
      additionalProperties: false,
      examples: [{ jobs: [{ to: 'ann' }, { to: 'bob' }] }],
      'x-missing': 'JOB_MISSING',
      'x-refusal': 'JOBS_NOT_ARRAY'
    }
  ),
  response: { 201: Created, ...storing, 429: QueueFull }
}

/** What `PUT` and `DELETE` of a batch are: nothing but refused. */
export function noBatch (method: string) {
  return {
    tags: ['batch'],
    summary: 'Refused: there is no such batch',
    params: QueueParams,
    response: {
      400: errorAnswer('Refused, whatever it brings', `${method} is not supported in batch mode`),
      403: Forbidden,
      ...access
    }
  }
}
