import { Type, type Static, type TSchema } from '@sinclair/typebox'
import { JobId, JobParams, QueueName, WorkerId } from './name.ts'
import { Priority } from './push.ts'
import { listedStates, states } from './state.ts'
import { Instant, Span, Tries, Wait } from './time.ts'
import { NoContent } from './empty.ts'
import { always, BadRequest, Busy, changing, errorAnswer } from './error.ts'
import { variant } from './variant.ts'

export const State = Type.Union(
  states.map(state => Type.Literal(state)),
  {
    description:
      'waiting, delayed, blocked (by jobs it depends on), active (on lease), failed or completed',
    'x-missing': 'STATE_MISSING',
    'x-refusal': 'STATE_INVALID'
  }
)

export type State = Static<typeof State>

export const ListedState = Type.Union(
  listedStates.map(state => Type.Literal(state)),
  {
    description:
      'waiting, delayed, blocked (by jobs it depends on), active (on lease), failed or ' +
      'completed; or retrying: those of the delayed jobs that wait for another try after a failure',
    'x-missing': 'STATE_MISSING',
    'x-refusal': 'STATE_INVALID'
  }
)

export type ListedState = Static<typeof ListedState>

const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

export const Attempt = Type.Object({
  attempt: Type.Integer(),
  worker_id: orNull(WorkerId),
  started_at: orNull(Instant),
  ended_at: Instant,
  outcome: Type.Union(
    (['failed', 'lost', 'released', 'completed'] as const).map(outcome => Type.Literal(outcome)),
    { description: 'lost: its lease expired' }
  ),
  error: orNull(
    Type.Object(
      { type: Type.Optional(Type.String()), message: Type.Optional(Type.String()) },
      { description: 'The beginning of its error' }
    )
  )
})
export type Attempt = Static<typeof Attempt>

/** `payload`, `result`, `last_error` and `progress` are JSON of clients, byte for byte. */
export const Job = Type.Object(
  {
    id: JobId,
    queue: QueueName,
    state: State,
    priority: Priority,
    attempt: Type.Integer({ description: 'The delivery under way, or how many there have been' }),
    tries: Tries,
    created_at: Instant,
    run_at: Instant,
    lease_expires_at: orNull(Instant),
    started_at: Type.Union([Instant, Type.Null()], {
      description: 'When its delivery began, or the last one; null if that is not known'
    }),
    failed_at: Type.Union([Instant, Type.Null()], { description: 'When it last failed' }),
    finished_at: Type.Union([Instant, Type.Null()], {
      description: 'When it completed, or failed for good'
    }),
    worker_id: orNull(WorkerId),
    progress: Type.Unknown(),
    failures: Type.Integer({ description: 'How often a worker gave it up' }),
    lost: Type.Integer({ description: 'How often its lease expired' }),
    attempts: Type.Array(Attempt, {
      description:
        'Its last 25 deliveries that have ended, the oldest first; none of a job that completes ' +
        'on the first one'
    }),
    depends: Type.Array(JobId, { description: 'Jobs it waits for, or waited for when it failed' }),
    tags: Type.Array(Type.String(), { description: 'Of the push' }),
    traceparent: orNull(Type.String({ description: 'Of the push (W3C Trace Context)' })),
    tracestate: orNull(Type.String()),
    last_error: Type.Unknown(),
    result: Type.Unknown(),
    payload: Type.Unknown()
  },
  {
    description: 'The job',
    examples: [
      {
        id: '42',
        queue: 'mail',
        state: 'active',
        priority: 5,
        attempt: 1,
        tries: 25,
        created_at: 1273923534.123,
        run_at: 1273923534.123,
        lease_expires_at: 1273923564.5,
        started_at: 1273923534.5,
        failed_at: null,
        finished_at: null,
        worker_id: 'myworker_1',
        progress: null,
        failures: 0,
        lost: 0,
        attempts: [],
        depends: [],
        tags: [],
        traceparent: null,
        tracestate: null,
        last_error: null,
        result: null,
        payload: { to: 'ann' }
      }
    ]
  }
)

const NoJob = errorAnswer('There is no such job, or it is gone', 'no such job')

const members = Object.keys(Job.properties)

export const Fields = Type.Optional(
  Type.String({
    pattern: `^(${members.join('|')})(,(${members.join('|')}))*$`,
    description: 'The members to tell, with commas between them; all if none are given',
    examples: ['id,last_error'],
    'x-refusal': 'FIELDS_INVALID'
  })
)

export const PayloadMax = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: 1048576,
    description:
      'A payload of more bytes is null. Beside it are payload_size and payload_head, its first ' +
      'bytes up to this number. A longer last_error keeps its type and message alone',
    examples: [200],
    'x-refusal': 'PAYLOAD_MAX_INVALID'
  })
)

/** A job as far as `fields` and `payload_max` let it be told. */
export const JobExcerpt = Type.Object(
  {
    ...Type.Partial(Job).properties,
    payload_size: Type.Optional(
      Type.Integer({ description: 'Bytes of a payload that is longer than payload_max' })
    ),
    payload_head: Type.Optional(Type.String({ description: 'The beginning of that payload' }))
  },
  { description: 'The job', examples: Job['examples'] }
)

export const GetJob = {
  tags: ['job'],
  summary: 'Look at a job',
  params: JobParams,
  querystring: Type.Object(
    { wait: Type.Optional(Wait), fields: Fields },
    { additionalProperties: false }
  ),
  response: { 200: JobExcerpt, 400: BadRequest, 404: NoJob, ...always }
}

export const GetWhy = {
  tags: ['job'],
  summary: 'Tell why a job is not running',
  params: JobParams,
  querystring: Type.Object({}, { additionalProperties: false }),
  response: {
    200: Type.Object(
      {
        state: State,
        reason: Type.String({
          description:
            'blocked, stopped, not_due, limit_reached, jobs_ahead, nobody_asks, next, on_lease, ' +
            'failed or completed'
        }),
        detail: Type.String({ description: 'The same as a sentence' }),
        eta: Type.Optional(variant(Span, {
          description: 'When a worker is likely to take it; absent where nothing says so'
        }))
      },
      {
        additionalProperties: true,
        description: 'The first thing that keeps it from running',
        examples: [
          { state: 'waiting', reason: 'jobs_ahead', detail: '1 job is ahead of it', ahead: 1 }
        ]
      }
    ),
    400: BadRequest,
    404: NoJob,
    ...always
  }
}

export const Retry = {
  tags: ['job'],
  summary: 'Let a failed or delayed job run now',
  params: JobParams,
  querystring: Type.Object({}, { additionalProperties: false }),
  response: { 204: NoContent, ...changing, 404: NoJob, 409: Busy }
}

export const Cancel = {
  tags: ['job'],
  summary: 'Cancel a job, whatever its state',
  description: 'Its worker learns it at its next touch or ack: 404.',
  params: JobParams,
  querystring: Type.Object({}, { additionalProperties: false }),
  response: { 204: NoContent, ...changing, 404: NoJob }
}
