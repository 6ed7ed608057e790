import { Type, type Static } from '@sinclair/typebox'
import { QueueName, QueueParams } from './name.ts'
import { always, BadRequest } from './error.ts'

/** The seconds of a period: a minute or an hour. */
export const Step = Type.Unsafe<60 | 3600>({
  type: 'integer',
  enum: [60, 3600],
  default: 60,
  description: '60: minute by minute over the last day; 3600: hour by hour over the last 90 days',
  'x-refusal': 'STEP_INVALID'
})

const Seconds = Type.Array(Type.Union([Type.Number(), Type.Null()]))

const Quantiles = Type.Object({
  count: Type.Array(Type.Integer(), { description: 'How many jobs' }),
  p50: Seconds,
  p95: Seconds,
  p99: Seconds
})

export const Latency = Type.Object(
  {
    queue: QueueName,
    step: Type.Unsafe<60 | 3600>({ type: 'integer', enum: [60, 3600] }),
    times: Type.Array(Type.Number(), {
      description:
        'When each period began, in epoch seconds; those without any job are left out. The lists ' +
        'below have an entry for each'
    }),
    wait: Type.Object(Quantiles.properties, {
      description:
        'From when a job was ready, pushed or due, to its first delivery, in seconds; null where ' +
        'count is 0'
    }),
    run: Type.Object(Quantiles.properties, {
      description: 'From a delivery on lease to its ack or nack, in the same way'
    })
  },
  {
    description: 'How long jobs waited and ran',
    examples: [
      {
        queue: 'mail',
        step: 60,
        times: [],
        wait: { count: [], p50: [], p95: [], p99: [] },
        run: { count: [], p50: [], p95: [], p99: [] }
      }
    ]
  }
)
export type Latency = Static<typeof Latency>

export const GetLatency = {
  tags: ['status'],
  summary: 'Tell how long the jobs of a queue wait and run',
  description:
    'p50, p95 and p99, each within a thirtieth of the true one, exact below 32 ms. Servers note ' +
    'them once a minute, unless PRESQUE_HISTORY is 0.',
  params: QueueParams,
  querystring: Type.Object({ step: Step }, { additionalProperties: false }),
  response: {
    200: Latency,
    400: BadRequest,
    ...always
  }
}
