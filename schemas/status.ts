import { Type, type Static } from '@sinclair/typebox'
import { Policy } from './control.ts'
import { QueueName, QueueParams, WorkerId } from './name.ts'
import { Span } from './time.ts'
import { always, BadRequest } from './error.ts'

export const Counts = Type.Object({
  waiting: Type.Integer(),
  delayed: Type.Integer(),
  retrying: Type.Integer({
    description: 'Those of the delayed jobs that wait for another try after a failure'
  }),
  blocked: Type.Integer({ description: 'Waiting for other jobs' }),
  active: Type.Integer({ description: 'On lease' }),
  failed: Type.Integer(),
  completed: Type.Integer({ description: 'Finished and kept' })
})
export type Counts = Static<typeof Counts>

export const Status = Type.Object(
  {
    queue: QueueName,
    size: Type.Integer({ description: 'Waiting jobs' }),
    policy: Policy,
    counts: Counts,
    oldest_age: Type.Union([Type.Number(), Type.Null()], {
      description: 'Seconds for which the oldest waiting job could have run'
    }),
    processed: Type.Integer({ description: 'Jobs taken for good, or acknowledged' }),
    failed: Type.Integer({ description: 'Failures, counted by PUT /q and by nack' }),
    lost: Type.Integer({ description: 'Leases that expired' }),
    expired: Type.Integer({
      description: 'Jobs dropped because no worker took them within their ttl'
    }),
    discarded: Type.Integer({
      description: 'Failed jobs dropped because of keep_failed or max_failed'
    }),
    workers: Type.Array(WorkerId, { description: 'Registered on the queue' }),
    jobs: Type.Optional(
      Type.Array(Type.String(), {
        description: 'With with_desc: the waiting payloads as strings, in order'
      })
    )
  },
  {
    description: 'Its settings, its jobs by state, and the counts of jobs that have left it',
    examples: [
      {
        queue: 'mail',
        size: 3,
        policy: {
          stopped: false,
          reopens_at: null,
          tries: 25,
          max_lost: 3,
          lease: 60,
          keep: 0,
          backoff: { base: 15, max: 86400 },
          rate: null,
          concurrency: null,
          max_jobs: null,
          max_keys: null,
          keep_failed: 15552000,
          max_failed: 100000
        },
        counts: {
          waiting: 3,
          delayed: 1,
          retrying: 0,
          blocked: 0,
          active: 1,
          failed: 0,
          completed: 0
        },
        oldest_age: 12.345,
        processed: 127,
        failed: 2,
        lost: 0,
        expired: 0,
        discarded: 0,
        workers: ['myworker_1']
      }
    ]
  }
)

export const pageSize = 1000

const page = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER }

export const GetStatus = {
  tags: ['status'],
  summary: 'Describe a queue',
  params: QueueParams,
  querystring: Type.Object(
    {
      with_desc: Type.Optional(
        Type.Union([Type.Literal('0'), Type.Literal('1')], {
          description: '1 to add the waiting payloads',
          'x-refusal': 'WITH_DESC_INVALID'
        })
      ),
      offset: Type.Integer({
        ...page,
        default: 0,
        description: 'The first payload to list',
        'x-refusal': 'OFFSET_INVALID'
      }),
      limit: Type.Integer({
        minimum: 0,
        maximum: pageSize,
        default: pageSize,
        description: 'How many to list at most; fewer when they are together over 8 MiB',
        'x-refusal': 'LIMIT_INVALID'
      })
    },
    { additionalProperties: false }
  ),
  response: { 200: Status, 400: BadRequest, ...always }
}

export const ListQueues = {
  tags: ['status'],
  summary: 'Name all queues',
  querystring: Type.Object({}, { additionalProperties: false }),
  response: {
    200: Type.Object(
      {
        queues: Type.Array(QueueName, { description: 'Sorted' }),
        size: Type.Integer({ description: 'How many' })
      },
      {
        description: 'The queues that have been used and not deleted',
        examples: [{ queues: ['mail'], size: 1 }]
      }
    ),
    400: BadRequest,
    ...always
  }
}

export const GetStatusWhy = {
  tags: ['status'],
  summary: 'Tell what holds up a queue',
  params: QueueParams,
  querystring: Type.Object({}, { additionalProperties: false }),
  response: {
    200: Type.Object(
      {
        queue: QueueName,
        reason: Type.String({
          description: 'stopped, empty, limit_reached, nobody_asks or running'
        }),
        detail: Type.String({ description: 'The same as a sentence' }),
        waiting: Type.Integer(),
        active: Type.Integer(),
        until: Type.Union([Type.Number(), Type.Null()], {
          description: 'When it opens again or the limit lets a job go, in epoch seconds'
        }),
        empty_in: Type.Union([Span, Type.Null()], {
          description: 'When no job is likely to wait; null where nothing says so'
        })
      },
      {
        description: 'The first thing that keeps its jobs from running',
        examples: [
          {
            queue: 'mail',
            reason: 'empty',
            detail: 'no job waits',
            waiting: 0,
            active: 0,
            until: null,
            empty_in: null
          }
        ]
      }
    ),
    400: BadRequest,
    ...always
  }
}
