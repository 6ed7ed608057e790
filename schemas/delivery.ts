import { Type } from '@sinclair/typebox'
import { JobParams, WorkerHeaders, WorkerId } from './name.ts'
import { Delay, Instant, Lease, LeaseParameter, Wait } from './time.ts'
import { quietHeader, Taken } from './queue.ts'
import { NoContent } from './empty.ts'
import { changing, LeaseLost, errorAnswer, storing } from './error.ts'

export const Receipt = Type.String({
  pattern: '^[A-Za-z0-9-]{1,64}$',
  description: 'Came with the job, as X-Presque-Receipt',
  'x-refusal': 'RECEIPT_INVALID'
})

const NoJob = errorAnswer('There is no such job: it has finished, or was cancelled', 'no such job')
const NoNext = errorAnswer(
  'There is no such job: it has finished, or was cancelled. With `next=1` also: there is no next' +
  ' one',
  'no such job'
)
const errorAnswers = { ...changing, 404: NoJob, 409: LeaseLost, 413: storing[413] }

const Result = Type.Union([Type.Unknown(), Type.Null()], {
  description: 'The result of the job: any JSON',
  examples: [{ sent: true }]
})

export const Next = Type.Union([Type.Literal('0'), Type.Literal('1')], {
  description: '1 to get the next job with the answer',
  'x-refusal': 'NEXT_INVALID'
})

export const Ack = {
  tags: ['delivery'],
  summary: 'Finish a job',
  description:
    'The body, if there is one, is its result: any JSON, under any content type. With `next=1` ' +
    'the answer is that of the next GET /q.',
  params: JobParams,
  querystring: Type.Object(
    {
      receipt: Receipt,
      next: Type.Optional(Next),
      lease: Type.Optional(LeaseParameter),
      wait: Type.Optional(Wait),
      worker_id: Type.Optional(WorkerId)
    },
    { additionalProperties: false }
  ),
  headers: WorkerHeaders,
  body: Result,
  response: { 200: Taken, 204: NoContent, ...errorAnswers, 404: NoNext }
}

export const Failure = Type.Object(
  {
    error: Type.Optional(
      Type.Object(
        {
          type: Type.Optional(Type.String()),
          message: Type.Optional(Type.String()),
          backtrace: Type.Optional(Type.Unknown()),
          fingerprint: Type.Optional(
            Type.String({ description: 'Errors with the same one are one group in GET /errors' })
          )
        },
        {
          additionalProperties: true,
          description:
            'What happened; it is shown with the job. Of one larger than 64 KiB, type, message ' +
            'and backtrace are kept, cut'
        }
      )
    ),
    delay: Type.Optional(Delay),
    retry: Type.Optional(Type.Boolean({ description: 'false: it has failed for good' }))
  },
  { additionalProperties: false }
)
export const failure = { error: { type: 'SMTPError', message: 'no such address' } }

export const Duplicate = Type.Literal(true, {
  description: 'It has failed, for another job has its unique key by now'
})

export const Nack = {
  tags: ['delivery'],
  summary: 'Give a job up: it failed',
  description:
    'It runs again after `delay` seconds, or as the backoff of the queue says, until its tries ' +
    'are used up.',
  params: JobParams,
  querystring: Type.Object(
    { receipt: Receipt, worker_id: Type.Optional(WorkerId) },
    { additionalProperties: false }
  ),
  headers: WorkerHeaders,
  body: Type.Union([Failure, Type.Null()], { examples: [failure], 'x-refusal': 'BODY_INVALID' }),
  response: {
    200: Type.Object(
      {
        state: Type.Union([Type.Literal('delayed'), Type.Literal('failed')]),
        run_at: Type.Optional(Instant),
        duplicate: Type.Optional(Duplicate)
      },
      {
        description: 'When it runs again, if it does',
        examples: [{ state: 'delayed', run_at: 1273923549.5 }]
      }
    ),
    ...errorAnswers
  }
}

const Front = Type.Union([Type.Literal('0'), Type.Literal('1')], {
  description:
    '1 for a job that no handler has begun: it goes to the front of its priority, as if it had' +
    ' never been taken, and not behind the jobs that wait. It goes without `delay`.',
  'x-refusal': 'FRONT_INVALID'
})

/** How to give a job back: where to, or when. */
export const released = {
  delay: Type.Optional(Delay),
  front: Type.Optional(Front),
  worker_id: Type.Optional(WorkerId)
}

export const Release = {
  tags: ['delivery'],
  summary: 'Give a job back, uncounted',
  params: JobParams,
  querystring: Type.Object({ receipt: Receipt, ...released }, { additionalProperties: false }),
  headers: WorkerHeaders,
  response: {
    200: Type.Object(
      { state: Type.Literal('failed'), duplicate: Duplicate },
      {
        description: 'It was late, had failed, and another job has its unique key by now',
        examples: [{ state: 'failed', duplicate: true }]
      }
    ),
    204: NoContent,
    ...errorAnswers
  }
}

export const More = Type.Object(
  {
    lease: Type.Optional(Lease),
    progress: Type.Optional(
      Type.Unknown({
        description: 'How far the work is: any JSON, of 64 KiB at most; it is shown with the job'
      })
    )
  },
  { additionalProperties: false }
)
const more = { lease: 30, progress: { percent: 40 } }

export const Touch = {
  tags: ['delivery'],
  summary: 'Keep a job for longer',
  params: JobParams,
  querystring: Type.Object(
    { receipt: Receipt, worker_id: Type.Optional(WorkerId) },
    { additionalProperties: false }
  ),
  headers: WorkerHeaders,
  body: Type.Union([More, Type.Null()], { examples: [more], 'x-refusal': 'BODY_INVALID' }),
  response: {
    200: Type.Object(
      { lease_expires: Instant },
      {
        description: 'Until when it is kept',
        headers: quietHeader,
        examples: [{ lease_expires: 1273923564.5 }]
      }
    ),
    ...errorAnswers
  }
}
