import { Type, type Static } from '@sinclair/typebox'
import {
  always, BadRequest, changing, errorAnswer, Full, OperationsFull, TooLarge
} from './error.ts'
import { canary, NewOperation, settings } from './new-operation.ts'
import { JobId, OperationId, QueueName } from './name.ts'
import { Instant } from './time.ts'
import { variant } from './variant.ts'

const OperationState = Type.Union(
  ([
    'canary', 'running', 'paused', 'stopped', 'completed', 'aborted', 'undoing', 'undone'
  ] as const).map(state => Type.Literal(state)),
  {
    description:
      'canary: some jobs have gone, and it waits for their ends; running; paused by a client; ' +
      'stopped by itself; completed: it has done all jobs; aborted by a client; undoing: it ' +
      'brings back what it has deleted; undone'
  }
)
export type OperationState = Static<typeof OperationState>

const Counts = Type.Object({
  matched: Type.Union([Type.Integer(), Type.Null()], {
    description:
      'Jobs that it was about when it began; null where it looks at each job to know that'
  }),
  done: Type.Integer({ description: 'How often it has let a job go, deleted or moved one' }),
  completed: Type.Integer({ description: 'Of these, how many have completed on the next try' }),
  failed: Type.Integer({ description: 'How many have failed again on the next try' }),
  gone: Type.Integer({ description: 'How many were deleted before it' }),
  duplicates: Type.Integer({
    description: 'Jobs that it left where they are, for another job has their unique key'
  }),
  restored: Type.Integer({ description: 'Deleted jobs that an undo has brought back' })
})

const operation = {
  id: OperationId,
  ...settings,
  rate: Type.Number(),
  canary: Type.Union([Type.Object(canary), Type.Null()]),
  state: OperationState,
  sentence: Type.String({ description: 'How it stands, in words' }),
  counts: Counts,
  who: Type.Union([Type.String(), Type.Null()], {
    description: 'The name of the token that began it; null where the server asks for none'
  }),
  undo_until: Type.Union([Instant, Type.Null()], {
    description: 'Until when the last job that it has deleted can be brought back'
  }),
  created_at: Instant,
  changed_at: variant(Instant, { description: 'When it came into its state, in epoch seconds' })
}

export const Operation = Type.Object(operation)
export type Operation = Static<typeof Operation>

const Preview = Type.Array(
  Type.Object({
    id: JobId,
    attempt: Type.Integer(),
    created_at: Instant,
    last_error: Type.Unknown(),
    payload: Type.Unknown(),
    payload_size: Type.Optional(Type.Integer()),
    payload_head: Type.Optional(Type.String())
  }),
  {
    description:
      'The first five of the jobs that it was about when it began; a payload of more than 200 ' +
      'bytes is null, with its size and its beginning beside it'
  }
)

const shown = (description: string, example: object) =>
  Type.Object({ ...operation, preview: Preview }, { description, examples: [example] })

const ends = '0 of them have completed, 0 failed again'
const none = `0 of 3 jobs have gone, ${ends}`

const example = {
  id: '1273923534123',
  queue: 'mail',
  where: { state: 'failed' },
  do: 'retry',
  rate: 1,
  canary: { jobs: 20, within: 600, stop_at: 0.05 },
  state: 'canary',
  sentence: `lets 3 of 3 jobs go first: 0 have gone, ${ends}`,
  counts: { matched: 3, done: 0, completed: 0, failed: 0, gone: 0, duplicates: 0, restored: 0 },
  who: null,
  undo_until: null,
  created_at: 1273923534.123,
  changed_at: 1273923534.123
}

const preview = [1, 2, 3].map(id => ({
  id: String(id),
  attempt: 1,
  created_at: 1273923534.123,
  last_error: null,
  payload: { to: 'ann' }
}))

const whole = { ...example, preview }

const NoOperation = errorAnswer('There is none, or no longer', 'no such operation')

const OtherState = errorAnswer(
  'It has ended, or cannot do that in its state',
  'the operation is undone, and cannot do that'
)

const params = Type.Object({ operation: OperationId })
const nothing = Type.Object({}, { additionalProperties: false })

export const BeginOperation = {
  tags: ['operation'],
  summary: 'Do one thing with many jobs, with care',
  description:
    'It goes on by itself at its rate, over any number of servers, also when some of them die.',
  querystring: Type.Object(
    {
      dry: Type.Optional(
        Type.Union([Type.Literal('0'), Type.Literal('1')], {
          description: '1: only tell which jobs it would be about',
          'x-refusal': 'DRY_INVALID'
        })
      )
    },
    { additionalProperties: false }
  ),
  body: NewOperation,
  response: {
    200: Type.Object(
      { matched: Type.Integer({ description: 'How many jobs there are' }), preview: Preview },
      { description: 'With `dry=1`: what it would be about', examples: [{ matched: 3, preview }] }
    ),
    201: shown('It has begun', whole),
    ...changing,
    413: TooLarge,
    429: OperationsFull,
    507: Full
  }
}

export const ListOperations = {
  tags: ['operation'],
  summary: 'List operations',
  description: 'Those of queues that the token is for, the newest first, without previews.',
  querystring: Type.Object(
    {
      queue: Type.Optional(variant(QueueName, { description: 'Only those of this queue' })),
      after: Type.Optional(
        variant(OperationId, { description: 'The id of the last one of the page before' })
      ),
      limit: Type.Integer({
        minimum: 1,
        maximum: 1000,
        default: 100,
        description: 'How many at most',
        'x-refusal': 'WORKER_LIMIT_INVALID'
      })
    },
    { additionalProperties: false }
  ),
  response: {
    200: Type.Object(
      {
        operations: Type.Array(Operation),
        next: Type.Union([OperationId, Type.Null()], {
          description: 'The `after` of the next page; null at the end'
        })
      },
      { description: 'A page of them', examples: [{ operations: [example], next: null }] }
    ),
    400: BadRequest,
    ...always
  }
}

export const GetOperation = {
  tags: ['operation'],
  summary: 'Tell how an operation stands',
  params,
  querystring: nothing,
  response: {
    200: shown('How it stands', whole),
    400: BadRequest,
    404: NoOperation,
    ...always
  }
}

const change = (summary: string, description: string, is: object) => ({
  tags: ['operation'],
  summary,
  description,
  params,
  querystring: nothing,
  response: {
    200: shown('How it stands now', { ...whole, ...is }),
    ...changing,
    404: NoOperation,
    409: OtherState
  }
})

export const PauseOperation = change(
  'Pause an operation',
  'Jobs that have gone run on.',
  { state: 'paused', sentence: `paused: ${none}` }
)

const goingOn = ({ response, ...rest }: ReturnType<typeof change>) => {
  return { ...rest, response: { ...response, 429: OperationsFull } }
}

export const ResumeOperation = goingOn(change(
  'Resume an operation',
  'One that was paused goes on. One that has stopped itself begins again with a canary; jobs ' +
  'that it let go, and that have failed for good since then, go once more.',
  {}
))

export const AbortOperation = change(
  'Abort an operation',
  'Jobs that have gone run on, and the others stay as they are.',
  { state: 'aborted', sentence: `aborted: ${none}` }
)

export const UndoOperation = goingOn(change(
  'Bring back what an operation has deleted',
  'Once, and each job for 15 minutes after it was deleted. It comes back as it was; but one ' +
  'whose unique key another job has by now, or whose dependency has failed, is failed.',
  {
    do: 'delete',
    canary: null,
    state: 'undoing',
    sentence: 'brings back what it has deleted: 0 of 0 jobs are back'
  }
))
