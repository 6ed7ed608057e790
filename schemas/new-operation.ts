import { Type, type Static } from '@sinclair/typebox'
import { filterParameters } from './job-filter.ts'
import { QueueName } from './name.ts'
import { variant } from './variant.ts'

const OperationJobState = Type.Union(
  (['failed', 'retrying', 'delayed', 'waiting', 'blocked', 'completed'] as const)
    .map(state => Type.Literal(state)),
  {
    description:
      'failed, delayed, or retrying: those of the delayed that have failed. With delete and move ' +
      'also waiting, and with delete blocked and completed',
    'x-missing': 'STATE_MISSING',
    'x-refusal': 'STATE_INVALID'
  }
)

const Where = Type.Object(
  {
    state: OperationJobState,
    ...filterParameters
  },
  {
    additionalProperties: false,
    description: 'Which jobs: of those that are there when the operation begins',
    'x-missing': 'WHERE_MISSING',
    'x-refusal': 'WHERE_INVALID'
  }
)

export type Where = Static<typeof Where>

const Do = Type.Unsafe<'retry' | 'delete' | 'move'>({
  type: 'string',
  enum: ['retry', 'delete', 'move'],
  description:
    'retry: they run now, and have all their tries again. delete: they are deleted, and can be ' +
    'brought back for 15 minutes. move: each is pushed into the queue `to`, and is gone from ' +
    'its own',
  'x-missing': 'DO_INVALID',
  'x-refusal': 'DO_INVALID'
})

const Rate = Type.Number({
  minimum: 0.01,
  maximum: 5000,
  default: 50,
  description: 'Jobs a second',
  'x-refusal': 'OPERATION_RATE_INVALID'
})

/** The members of a canary. */
export const canary = {
  jobs: Type.Integer({
    minimum: 1,
    maximum: 10_000,
    default: 20,
    description: 'How many jobs go first',
    'x-refusal': 'CANARY_INVALID'
  }),
  within: Type.Number({
    minimum: 1,
    maximum: 86_400,
    default: 600,
    description: 'In how many seconds they must have ended, or the operation stops itself',
    'x-refusal': 'CANARY_INVALID'
  }),
  stop_at: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 0.05,
    description:
      'The share of failures at which the operation stops itself: of the canary, and later of ' +
      'the last 1000 jobs that have ended, about',
    'x-refusal': 'CANARY_INVALID'
  })
}

const Canary = Type.Object(canary, {
  additionalProperties: false,
  description:
    'With retry: some jobs go first. The others follow when these have ended, and while fewer ' +
    'fail again than `stop_at` says. Without a canary none of this is looked at',
  'x-refusal': 'CANARY_INVALID'
})

/** What an operation shows of what its client wanted. */
export const settings = {
  queue: QueueName,
  where: Where,
  do: Do,
  to: Type.Optional(variant(QueueName, { description: 'With move: the other queue' })),
  rate: Rate
}

export const NewOperation = Type.Object(
  {
    ...settings,
    queue: variant(QueueName, { 'x-missing': 'OPERATION_QUEUE_MISSING' }),
    canary: Type.Optional(Canary)
  },
  {
    additionalProperties: false,
    description: 'What to do, with which jobs',
    examples: [
      {
        queue: 'mail',
        where: { state: 'failed', error: '0c342450d324' },
        do: 'retry',
        rate: 50,
        canary: { jobs: 20, within: 600, stop_at: 0.05 }
      }
    ],
    'x-missing': 'CONTENT_MISSING',
    'x-refusal': 'OPERATION_INVALID'
  }
)
export type NewOperation = Static<typeof NewOperation>
