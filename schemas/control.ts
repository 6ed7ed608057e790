import { Type, type Static, type TSchema } from '@sinclair/typebox'
import { QueueName, QueueParams } from './name.ts'
import { Instant, Keep, Lease, MaxLost, Tries } from './time.ts'
import { always, BadRequest, BoundReached, storing } from './error.ts'
import { variant } from './variant.ts'

const StopOrStart = Type.Union([Type.Literal('stop'), Type.Literal('start')], {
  'x-refusal': 'STATUS_UNKNOWN'
})

const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

const Count = Type.Integer({ minimum: 1, maximum: 1_000_000_000 })
const Seconds = Type.Number({ minimum: 0, maximum: 31_536_000 })

/**
 * The settings a queue can have of its own; null goes back to the default, and lifts max_lost,
 * keep_failed and max_failed.
 */
const settings = {
  tries: Type.Optional(orNull(Tries)),
  max_lost: Type.Optional(MaxLost),
  lease: Type.Optional(orNull(Lease)),
  keep: Type.Optional(orNull(Keep)),
  backoff: Type.Optional(
    orNull(
      Type.Object(
        { base: Type.Optional(Seconds), max: Type.Optional(Seconds) },
        {
          additionalProperties: false,
          description:
            'After the n-th failure a job waits min(max, base * 2^(n-1)) seconds, give or take a' +
            ' fifth'
        }
      )
    )
  ),
  rate: Type.Optional(
    orNull(
      Type.Object(
        {
          limit: Type.Integer({ minimum: 1, maximum: 100_000 }),
          period: Type.Number({ minimum: 0.001, maximum: 86_400 })
        },
        {
          additionalProperties: false,
          description:
            'At most `limit` jobs are given out in any `period` seconds, over all servers'
        }
      )
    )
  ),
  concurrency: Type.Optional(
    orNull(variant(Count, {
      description: 'The jobs on lease at a time, at most, over all servers'
    }))
  ),
  max_jobs: Type.Optional(
    orNull(variant(Count, {
      description: 'The unfinished jobs of the queue, at most; a push above that is refused'
    }))
  ),
  max_keys: Type.Optional(
    orNull(variant(Count, {
      description:
        'The idempotency keys of the last day, at most; a push with a new one above that is refused'
    }))
  ),
  keep_failed: Type.Optional(
    orNull(
      Type.Number({
        minimum: 1,
        maximum: 315_360_000,
        description:
          'Seconds for which a failed job is kept, 180 days if none are given; null for ever'
      })
    )
  ),
  max_failed: Type.Optional(
    orNull(variant(Count, {
      description:
        'The failed jobs that are kept, at most, the newest; 100 000 if no number is given; null ' +
        'keeps all'
    }))
  )
}

export const Control = Type.Object(
  {
    status: Type.Optional(StopOrStart),
    action: Type.Optional(StopOrStart),
    for: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 31_536_000,
        description: 'With stop: seconds after which the queue opens by itself'
      })
    ),
    ...settings
  },
  {
    additionalProperties: false,
    minProperties: 1,
    examples: [{ status: 'stop' }],
    'x-missing': 'CONTENT_MISSING',
    'x-refusal': 'CONTENT_MISSING',
    'x-together': [
      {
        anyOf: [
          { not: { required: ['for'] } },
          { required: ['status'], properties: { status: { const: 'stop' } } },
          {
            required: ['action'],
            properties: { action: { const: 'stop' } },
            not: { required: ['status'] }
          }
        ]
      }
    ]
  }
)

/** The settings in force. */
export const Policy = Type.Object(
  {
    stopped: Type.Boolean(),
    reopens_at: orNull(Instant),
    tries: Type.Integer(),
    max_lost: orNull(Type.Integer()),
    lease: Type.Number(),
    keep: Type.Number(),
    backoff: Type.Object({ base: Type.Number(), max: Type.Number() }),
    rate: orNull(Type.Object({ limit: Type.Integer(), period: Type.Number() })),
    concurrency: orNull(Type.Integer()),
    max_jobs: orNull(Type.Integer()),
    max_keys: orNull(Type.Integer()),
    keep_failed: orNull(Type.Number()),
    max_failed: orNull(Type.Integer())
  },
  { description: 'The settings in force; null where there is no limit' }
)
export type Policy = Static<typeof Policy>

export const GetControl = {
  tags: ['control'],
  summary: 'Tell whether a queue gives out jobs',
  params: QueueParams,
  querystring: Type.Object({}, { additionalProperties: false }),
  response: {
    200: Type.Object(
      {
        queue: QueueName,
        status: Type.Union([Type.Literal('0'), Type.Literal('1')], {
          description: '"1" open, "0" stopped'
        })
      },
      { description: 'Whether it does', examples: [{ queue: 'mail', status: '0' }] }
    ),
    400: BadRequest,
    ...always
  }
}

export const SetControl = {
  tags: ['control'],
  summary: 'Stop or start a queue, and set its policy',
  description:
    'A stopped queue gives out no job and accepts new ones. The JSON is read under any content ' +
    'type; "action" means the same as "status". A setting that is null goes back to its default,' +
    ' but max_lost (3 by default), keep_failed and max_failed, which null lifts; one that is ' +
    'left out stays.',
  params: QueueParams,
  querystring: Type.Object({}, { additionalProperties: false }),
  body: Control,
  response: {
    200: Type.Object(
      { queue: QueueName, response: Type.Literal('updated') },
      { description: 'Done', examples: [{ queue: 'mail', response: 'updated' }] }
    ),
    ...storing,
    429: BoundReached
  }
}
