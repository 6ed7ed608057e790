import { Type, type Static } from '@sinclair/typebox'
import { QueueName } from './name.ts'
import { Status } from './status.ts'
import { Instant } from './time.ts'
import { eventStream } from './event.ts'
import { always, BadRequest, StreamsFull } from './error.ts'
import { variant } from './variant.ts'

const { counts, oldest_age: age, processed, failed, lost, expired, discarded } = Status.properties

export const QueueSummary = Type.Object({
  queue: QueueName,
  stopped: Type.Boolean(),
  counts,
  oldest_age: age,
  pushed: Type.Integer({ description: 'Jobs put in' }),
  processed,
  failed,
  lost,
  expired,
  discarded,
  failures_per_minute: Type.Integer({
    description:
      'Failures in the last 60 seconds, counted by PUT /q and by nack; those of the minute ' +
      'before count in part'
  })
})
export type QueueSummary = Static<typeof QueueSummary>

const most = 1000

/** A page of all queues, by name. */
export const Page = Type.Object(
  {
    queue: Type.Optional(variant(QueueName, { description: 'Only the queue of this name' })),
    search: Type.String({
      maxLength: 128,
      default: '',
      description: 'Only queues with this in their name, in capitals or not'
    }),
    offset: Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      default: 0,
      description: 'The first queue to describe',
      'x-refusal': 'OFFSET_INVALID'
    }),
    limit: Type.Integer({
      minimum: 0,
      maximum: most,
      default: most,
      description: 'How many to describe at most',
      'x-refusal': 'LIMIT_INVALID'
    })
  },
  { additionalProperties: false }
)

const summary = {
  time: 1273923534.123,
  size: 1,
  queues: [
    {
      queue: 'mail',
      stopped: false,
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
      pushed: 132,
      processed: 127,
      failed: 2,
      lost: 0,
      expired: 0,
      discarded: 0,
      failures_per_minute: 2
    }
  ]
}

export const Summary = Type.Object(
  {
    time: Instant,
    size: Type.Integer({ description: 'How many queues there are, or have that in their name' }),
    queues: Type.Array(QueueSummary, { description: 'Sorted by name' })
  },
  { examples: [summary] }
)
export type Summary = Static<typeof Summary>

export const GetSummary = {
  tags: ['status'],
  summary: 'Describe all queues, once or live',
  description:
    'A page of them, by name. With `Accept: text/event-stream` the same as Server-Sent Events: ' +
    'first an event `summary` with the page, ' +
    'then every 2 s `changes` with the queues of the page that have changed and the names of ' +
    'those that are `gone` from it, or `away` while ' +
    'Redis is. All who ask for the same page share one look at it, a second old at most; which ' +
    'queues there are may be as they were ten seconds ' +
    'ago where there are more than 1000.',
  querystring: Page,
  response: {
    200: {
      description: 'How they stand',
      content: {
        'application/json': { schema: Summary },
        ...eventStream({ event: 'summary', data: summary })
      }
    },
    400: BadRequest,
    ...always,
    503: StreamsFull
  }
}
