import { Type, type Static } from '@sinclair/typebox'
import { QueueName, QueueParams } from './name.ts'
import { Step } from './latency.ts'
import { Page } from './summary.ts'
import { always, BadRequest } from './error.ts'
import { variant } from './variant.ts'

const Counts = Type.Array(Type.Integer())

export const History = Type.Object(
  {
    queue: QueueName,
    times: Type.Array(Type.Number(), {
      description: 'Epoch seconds; the lists below say how it stood at each'
    }),
    waiting: Counts,
    active: Counts,
    failed: Counts,
    retrying: variant(Counts, { description: 'Delayed jobs that wait for another try' }),
    oldest_age: Type.Array(Type.Number(), {
      description: 'Seconds, to about ten; 0 where none waited'
    }),
    pushed: variant(Counts, { description: 'Jobs put in, since the queue was made' }),
    processed: variant(Counts, {
      description: 'Jobs taken for good or acknowledged, since the queue was made'
    }),
    failures: variant(Counts, {
      description: 'Failures, counted by PUT /q and by nack, since the queue was made'
    }),
    lost: variant(Counts, { description: 'Leases that expired, since the queue was made' })
  },
  {
    description: 'How it stood',
    examples: [
      {
        queue: 'mail',
        times: [],
        waiting: [],
        active: [],
        failed: [],
        retrying: [],
        oldest_age: [],
        pushed: [],
        processed: [],
        failures: [],
        lost: []
      }
    ]
  }
)
export type History = Static<typeof History>

export const GetHistory = {
  tags: ['status'],
  summary: 'Tell how a queue stood over the last day, or over 90 days',
  description:
    'Noted once a minute by one of the servers, unless PRESQUE_HISTORY is 0. From one of `times`' +
    ' to the next the line is straight.',
  params: QueueParams,
  querystring: Type.Object({ step: Step }, { additionalProperties: false }),
  response: {
    200: History,
    400: BadRequest,
    ...always
  }
}

export const LastHour = Type.Object(
  {
    queues: Type.Record(Type.String(), Counts, {
      description: 'Sixty numbers, one a minute; no entry for a queue in which none waited'
    }),
    rates: Type.Record(
      Type.String(),
      Type.Object({
        pushed: Type.Number(), processed: Type.Number(), failures: Type.Number()
      }),
      {
        description:
          'Jobs a second, put in and processed, and failures a second, in the last minute; no ' +
          'entry for a queue in which there were none'
      }
    )
  },
  { description: 'How many', examples: [{ queues: {}, rates: {} }] }
)
export type LastHour = Static<typeof LastHour>

export const GetLastHour = {
  tags: ['status'],
  summary:
    'Tell how many jobs waited in each queue over the last hour, and how many went in and out in' +
    ' the last minute',
  description: 'A page of them, by name.',
  querystring: Page,
  response: {
    200: LastHour,
    400: BadRequest,
    ...always
  }
}
