import { Type } from '@sinclair/typebox'
import { changing } from './error.ts'
import { ListedState } from './job.ts'
import { filterParameters } from './job-filter.ts'
import { QueueParams } from './name.ts'

const Dry = Type.Optional(
  Type.Union([Type.Literal('0'), Type.Literal('1')], {
    description: '1 to count the jobs, and change none',
    'x-refusal': 'DRY_INVALID'
  })
)

const Limit = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'How many at most; all if none is given',
    'x-refusal': 'OFFSET_INVALID'
  })
)

const dry = Type.Optional(Type.Literal(true, { description: 'No job was changed' }))

const Count = Type.Object(
  { count: Type.Integer(), dry },
  { description: 'How many', examples: [{ count: 3 }] }
)

const Retried = Type.Object(
  {
    count: Type.Integer(),
    duplicates: Type.Optional(
      Type.Integer({
        description: 'How many stay failed, for another job has their unique key by now'
      })
    ),
    dry
  },
  { description: 'How many run now', examples: [{ count: 3 }] }
)

export const RetryAll = {
  tags: ['job'],
  summary: 'Let failed or delayed jobs run now, the oldest first',
  description:
    'Those that are there at the beginning, each once: a job that fails again meanwhile is left.' +
    ' Of these, those that match all filters which are given.',
  params: QueueParams,
  querystring: Type.Object(
    {
      state: Type.Union([
        Type.Literal('failed'), Type.Literal('delayed'), Type.Literal('retrying')
      ], {
        description: 'failed, delayed or retrying',
        'x-missing': 'STATE_MISSING',
        'x-refusal': 'STATE_INVALID'
      }),
      ...filterParameters,
      limit: Limit,
      dry: Dry
    },
    { additionalProperties: false }
  ),
  response: { 200: Retried, ...changing }
}

export const CancelAll = {
  tags: ['job'],
  summary: 'Drop the jobs of one state, the oldest first',
  description:
    'Those that are there at the beginning: a job that comes in meanwhile is left. Of these,' +
    ' those that match all filters which are given.',
  params: QueueParams,
  querystring: Type.Object(
    { state: ListedState, ...filterParameters, limit: Limit, dry: Dry },
    { additionalProperties: false }
  ),
  response: { 200: Count, ...changing }
}
