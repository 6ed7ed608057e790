import { Type } from '@sinclair/typebox'
import { always, BadRequest } from './error.ts'
import { Fields, JobExcerpt, ListedState, PayloadMax } from './job.ts'
import { filterParameters } from './job-filter.ts'
import { QueueName, QueueParams } from './name.ts'
import { Uniq } from './push.ts'
import { variant } from './variant.ts'

export const jobPage = { most: 1000, usual: 50 }

const After = Type.String({
  pattern: '^[A-Za-z0-9_-]{0,1500}$',
  description:
    '`next` of the page before; empty for the first page. So each job that stays is listed once' +
    ' while others come and go',
  'x-refusal': 'AFTER_INVALID'
})

/** The counters of 2010 and, with a state, its jobs. */
export const GetJobs = {
  tags: ['job'],
  summary: 'Count the jobs of a queue, and list those of one state',
  params: QueueParams,
  querystring: Type.Object(
    {
      state: Type.Optional(ListedState),
      uniq: Type.Optional(variant(Uniq, {
        description: 'Instead of a state: the job that holds this unique key'
      })),
      offset: Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        default: 0,
        description: 'The first job to list',
        'x-refusal': 'OFFSET_INVALID'
      }),
      limit: Type.Integer({
        minimum: 0,
        maximum: jobPage.most,
        default: jobPage.usual,
        description: 'How many to list at most; fewer when they are together over 8 MiB',
        'x-refusal': 'LIMIT_INVALID'
      }),
      order: Type.Union([Type.Literal('asc'), Type.Literal('desc')], {
        default: 'asc',
        description: 'asc: the next or the oldest first; desc: the last or the newest first',
        'x-refusal': 'ORDER_INVALID'
      }),
      after: Type.Optional(After),
      ...filterParameters,
      fields: Fields,
      payload_max: PayloadMax
    },
    { additionalProperties: false }
  ),
  response: {
    200: Type.Object(
      {
        queue_name: QueueName,
        job_count: Type.Integer({ description: 'Waiting jobs' }),
        job_failed: Type.Integer({ description: 'Failures, counted by PUT /q and by nack' }),
        job_processed: Type.Integer({ description: 'Jobs taken for good, or acknowledged' }),
        jobs: Type.Optional(Type.Array(JobExcerpt)),
        next: Type.Optional(
          Type.Union([variant(After, {
            description: 'With `after` or a filter: the `after` of the next page; null at the end'
          }), Type.Null()])
        ),
        scanned: Type.Optional(
          Type.Integer({
            description: 'With `after` or a filter: how many jobs were looked at, 1000 at most'
          })
        ),
        total: Type.Optional(
          Type.Integer({ description: 'With `after` or a filter: how many jobs are in this state' })
        )
      },
      {
        description:
          'The numbers since the queue was made; with `state` or `uniq` also "jobs". A list with' +
          ' a filter may be short, or empty, before its end: go on with `next` until it is null',
        examples: [{ queue_name: 'mail', job_count: 0, job_failed: 0, job_processed: 127 }]
      }
    ),
    400: BadRequest,
    ...always
  }
}
