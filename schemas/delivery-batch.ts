import { Type } from '@sinclair/typebox'
import { BatchSize, batchSize, LeasedJob } from './batch.ts'
import {
  Duplicate, Failure, failure, More, Next, Receipt, released
} from './delivery.ts'
import { changing, storing } from './error.ts'
import { JobId, QueueParams, WorkerHeaders, WorkerId } from './name.ts'
import { quietHeader } from './queue.ts'
import { Instant, LeaseParameter, Wait } from './time.ts'

const failed = {
  state: Type.Optional(Type.String()),
  run_at: Type.Optional(Instant),
  duplicate: Type.Optional(Duplicate)
}

const held = { id: JobId, receipt: Receipt }

function several<T extends Record<string, ReturnType<typeof Type.Optional>>> (
  properties: T,
  example: object
) {
  return Type.Object(
    {
      jobs: Type.Array(Type.Object({ ...held, ...properties }, { additionalProperties: false }), {
        maxItems: batchSize.most,
        'x-refusal': 'JOBS_NOT_ARRAY'
      })
    },
    {
      additionalProperties: false,
      examples: [
        {
          jobs: [
            { id: '42', receipt: '1-5f2b6c1d0a9e8f77-g8zvpy2z', ...example },
            { id: '43', receipt: '1-0c4be1f2a7d83956', ...example }
          ]
        }
      ],
      'x-missing': 'CONTENT_MISSING',
      'x-refusal': 'JOBS_NOT_ARRAY'
    }
  )
}

const leased = {
  id: '44',
  receipt: '1-7d02c6a1b8e93f54-g8zvpy3a',
  attempt: 1,
  expires: 1273923564.123,
  payload: { to: 'ann' }
}

const settled = outcomes(failed, { ok: true })

// What belongs together of a job: the handler refuses the rest, as OUTCOME_MIXED.
const endsOnce = {
  anyOf: [
    { required: ['error'], not: { required: ['result'] } },
    { not: { anyOf: ['error', 'delay', 'retry'].map(name => ({ required: [name] })) } }
  ]
}

export const AckBatch = {
  tags: ['delivery'],
  summary: 'Finish several jobs',
  description:
    'A job with `error` is given up, as by /qb/{queue}/nack; `delay` and `retry` go with it. With' +
    ' `next=1` the answer brings jobs as well, taken in the same step, however the outcomes are.' +
    ' An empty list of jobs takes alone.',
  params: QueueParams,
  querystring: Type.Object(
    {
      next: Type.Optional(Next),
      batch_size: BatchSize,
      lease: Type.Optional(LeaseParameter),
      wait: Type.Optional(Wait),
      worker_id: Type.Optional(WorkerId)
    },
    { additionalProperties: false }
  ),
  headers: WorkerHeaders,
  body: {
    ...several(
      { result: Type.Optional(Type.Unknown()), ...Failure.properties },
      { result: { sent: true } }
    ),
    'x-together': [{ properties: { jobs: { items: endsOnce } } }]
  },
  response: {
    200: Type.Unsafe<string>({
      ...Type.Union(
        [
          settled,
          Type.Object(
            {
              outcomes: settled,
              jobs: Type.Array(LeasedJob, {
                description: 'Those that were taken, on lease; none while the queue is stopped'
              })
            },
            { description: 'With `next=1`' }
          )
        ],
        {
          description: 'What became of each, in order; with `next=1` the jobs taken beside it',
          examples: [
            [{ id: '42', ok: true }, { id: '43', error: 'lease lost' }],
            { outcomes: [{ id: '43', ok: true }], jobs: [leased] }
          ]
        }
      ),
      headers: quietHeader
    }),
    ...changing,
    413: storing[413]
  }
}

export const NackBatch = {
  tags: ['delivery'],
  summary: 'Give several jobs up',
  params: QueueParams,
  querystring: Type.Object({ worker_id: Type.Optional(WorkerId) }, { additionalProperties: false }),
  headers: WorkerHeaders,
  body: several(Failure.properties, failure),
  response: {
    200: outcomes(failed, { ok: true, state: 'delayed', run_at: 1273923549.5 }),
    ...changing,
    413: storing[413]
  }
}

export const ReleaseBatch = {
  tags: ['delivery'],
  summary: 'Give several jobs back, uncounted',
  description: 'With `front=1` they stand at the front of the queue in the order of the request.',
  params: QueueParams,
  querystring: Type.Object(released, { additionalProperties: false }),
  headers: WorkerHeaders,
  body: several({}, {}),
  response: {
    200: outcomes(
      { state: Type.Optional(Type.Literal('failed')), duplicate: Type.Optional(Duplicate) },
      { ok: true }
    ),
    ...changing,
    413: storing[413]
  }
}

export const TouchBatch = {
  tags: ['delivery'],
  summary: 'Keep several jobs for longer',
  params: QueueParams,
  querystring: Type.Object({ worker_id: Type.Optional(WorkerId) }, { additionalProperties: false }),
  headers: WorkerHeaders,
  body: several(More.properties, { lease: 30 }),
  response: {
    200: {
      ...outcomes(
        { lease_expires: Type.Optional(Instant) },
        { ok: true, lease_expires: 1273923564.5 }
      ),
      headers: quietHeader
    },
    ...changing,
    413: storing[413]
  }
}

function outcomes<T extends Record<string, ReturnType<typeof Type.Optional>>> (
  more: T,
  example: Record<string, unknown>
) {
  return Type.Array(
    Type.Object({
      id: JobId,
      ok: Type.Optional(Type.Literal(true)),
      error: Type.Optional(Type.String({ description: 'The error, if it was refused' })),
      ...more
    }),
    {
      description: 'One for each, in order',
      examples: [
        [
          { id: '42', ...example },
          { id: '43', error: 'lease lost' }
        ]
      ]
    }
  )
}
