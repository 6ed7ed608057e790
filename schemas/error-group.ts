import { Type, type Static } from '@sinclair/typebox'
import { always, BadRequest, errorAnswer } from './error.ts'
import { JobId, QueueName, QueueParams, WorkerId } from './name.ts'
import { Instant } from './time.ts'

export const Fingerprint = Type.String({
  pattern: '^[0-9a-f]{12}$',
  description: 'Of an error group: 12 hexadecimal digits',
  examples: ['0c342450d324'],
  'x-refusal': 'FINGERPRINT_INVALID'
})

const textOrNull = (description: string) =>
  Type.Union([Type.String(), Type.Null()], { description })

export const ErrorGroup = Type.Object({
  queue: QueueName,
  fingerprint: Fingerprint,
  type: textOrNull('Of its first error'),
  message: textOrNull('Of its first error, 300 characters at most'),
  count: Type.Integer({ description: 'Failures, since the first one' }),
  first_seen: Instant,
  last_seen: Instant,
  failures_per_minute: Type.Integer({
    description: 'In the last 60 seconds; those of the minute before count in part'
  }),
  retrying: Type.Integer({ description: 'Jobs that wait for another try after such a failure' }),
  failed: Type.Integer({ description: 'Jobs that have failed for good with it' }),
  workers: Type.Array(WorkerId, { description: 'The last 10 that told such a failure' })
})
export type ErrorGroup = Static<typeof ErrorGroup>

const ErrorSample = Type.Object({
  id: JobId,
  at: Instant,
  worker_id: Type.Union([WorkerId, Type.Null()]),
  type: textOrNull('100 characters at most'),
  message: textOrNull('300 characters at most')
})
export type ErrorSample = Static<typeof ErrorSample>

const example = {
  queue: 'mail',
  fingerprint: '51b98a69eaae',
  type: 'SMTPError',
  message: 'no such address',
  count: 1,
  first_seen: 1273923534.123,
  last_seen: 1273923534.123,
  failures_per_minute: 1,
  retrying: 1,
  failed: 0,
  workers: ['myworker_1']
}

export const ErrorDocument = Type.Object(
  {
    ...ErrorGroup.properties,
    rates: Type.Object({
      times: Type.Array(Type.Integer(), {
        description: 'Epoch seconds of the minutes of the last day that had such failures'
      }),
      failures: Type.Array(Type.Integer(), { description: 'How many each of them had' })
    }),
    samples: Type.Array(ErrorSample, { description: 'The last three, the newest first' })
  },
  {
    description: 'The error group',
    examples: [
      {
        ...example,
        rates: { times: [1273923480], failures: [1] },
        samples: [
          {
            id: '42',
            at: 1273923534.123,
            worker_id: 'myworker_1',
            type: 'SMTPError',
            message: 'no such address'
          }
        ]
      }
    ]
  }
)
export type ErrorDocument = Static<typeof ErrorDocument>

const Limit = (usual: number) => Type.Integer({
  minimum: 0,
  maximum: 1000,
  default: usual,
  description: 'How many groups at most',
  'x-refusal': 'LIMIT_INVALID'
})

const Groups = Type.Object(
  {
    errors: Type.Array(ErrorGroup, {
      description: 'Those that grow now first, then those that were seen last'
    })
  },
  { description: 'The error groups', examples: [{ errors: [example] }] }
)

const description =
  'Failures of one type, with the same message but for numbers, quoted words and ids, are a ' +
  'group, and so are those with the same `fingerprint` in their error. A queue keeps 1000 ' +
  'groups, those seen last.'

export const ListAllErrors = {
  tags: ['error'],
  summary: 'Tell which kinds of failures all queues have',
  description:
    `${description} Of each queue, the 20 that were seen last are considered, and of the queues ` +
    'the 1000 that fail most.',
  querystring: Type.Object({ limit: Limit(50) }, { additionalProperties: false }),
  response: { 200: Groups, 400: BadRequest, ...always }
}

export const ListErrors = {
  tags: ['error'],
  summary: 'Tell which kinds of failures a queue has',
  description,
  params: QueueParams,
  querystring: Type.Object({ limit: Limit(1000) }, { additionalProperties: false }),
  response: { 200: Groups, 400: BadRequest, ...always }
}

export const GetError = {
  tags: ['error'],
  summary: 'Describe one kind of failures of a queue',
  params: Type.Object({ ...QueueParams.properties, fingerprint: Fingerprint }),
  querystring: Type.Object({}, { additionalProperties: false }),
  response: {
    200: ErrorDocument,
    400: BadRequest,
    404: errorAnswer('There is no such error group, or no longer', 'no such error'),
    ...always
  }
}
