import { Type, type Static } from '@sinclair/typebox'
import { QueueName, QueueParams } from './name.ts'
import { Instant } from './time.ts'
import { always, BadRequest } from './error.ts'

const Range = (description: string) => Type.Union(
  [
    Type.Object({
      from: Type.Integer(),
      to: Type.Union([Type.Integer(), Type.Null()], {
        description: 'null: there is no telling how many'
      })
    }),
    Type.Null()
  ],
  { description }
)

const Period = Type.Object({
  at: Type.Number({ description: 'Its beginning, in epoch seconds: a multiple of `step`' }),
  delayed: Type.Integer({ description: 'Delayed jobs that fall due in it' }),
  retrying: Type.Integer({ description: 'Those of them that wait for another try' }),
  scheduled: Type.Integer({ description: 'Ticks of schedules, each of which pushes a job' }),
  capacity: Range('How many jobs workers can take in it, at the throughput of the last day'),
  waiting: Range('How many jobs are likely to wait at its end')
})

const none = { capacity: null, waiting: null }

export const Forecast = Type.Object(
  {
    queue: QueueName,
    time: Instant,
    step: Type.Integer({ description: 'Seconds of a period' }),
    waiting: Type.Integer({ description: 'Jobs that wait now, and those that are due' }),
    unknown: Type.Union(
      [
        Type.Literal('stopped'), Type.Literal('nobody_asks'), Type.Literal('nothing_taken'),
        Type.Null()
      ],
      { description: 'Why no period says how many are likely to wait; null where they do' }
    ),
    periods: Type.Array(Period, { description: 'One after another' })
  },
  {
    description: 'The hours to come',
    examples: [
      {
        queue: 'mail',
        time: 1273923534.123,
        step: 86400,
        waiting: 0,
        unknown: 'nobody_asks',
        periods: [
          { at: 1273881600, delayed: 0, retrying: 0, scheduled: 1, ...none },
          { at: 1273968000, delayed: 0, retrying: 0, scheduled: 1, ...none }
        ]
      }
    ]
  }
)
export type Forecast = Static<typeof Forecast>

const ahead = {
  hours: Type.Integer({
    minimum: 1,
    maximum: 168,
    default: 24,
    description: 'How far to look ahead',
    'x-refusal': 'HOURS_INVALID'
  }),
  step: Type.Integer({
    minimum: 60,
    maximum: 86400,
    default: 3600,
    description: 'Seconds of a period; 200 periods at most',
    'x-refusal': 'FORECAST_STEP_INVALID'
  })
}

const description =
  'The likely numbers come from the history of the last day, and are ranges. They are null where ' +
  'no worker takes, or nothing is on record.'

export const GetForecast = {
  tags: ['status'],
  summary: 'Tell what falls due in a queue, and how many jobs are likely to wait',
  description,
  params: QueueParams,
  querystring: Type.Object(ahead, { additionalProperties: false }),
  response: { 200: Forecast, 400: BadRequest, ...always }
}

export const ListForecasts = {
  tags: ['status'],
  summary: 'Tell what falls due in all queues, and how many jobs are likely to wait',
  description:
    `${description} Queues with waiting or delayed jobs, those with the most first; then those ` +
    'that have schedules alone.',
  querystring: Type.Object(
    {
      ...ahead,
      offset: Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        default: 0,
        description: 'The first queue to tell of',
        'x-refusal': 'OFFSET_INVALID'
      }),
      limit: Type.Integer({
        minimum: 1,
        maximum: 100,
        default: 20,
        description: 'How many queues to tell of at most',
        'x-refusal': 'FORECAST_LIMIT_INVALID'
      })
    },
    { additionalProperties: false }
  ),
  response: {
    200: Type.Object(
      {
        size: Type.Integer({ description: 'How many such queues there are' }),
        queues: Type.Array(Forecast)
      },
      { description: 'The hours to come', examples: [{ size: 0, queues: [] }] }
    ),
    400: BadRequest,
    ...always
  }
}
