import { Type, type Static } from '@sinclair/typebox'
import { QueueName, QueueParams, WorkerHeaders, WorkerId } from './name.ts'
import { Created, NoContent } from './empty.ts'
import { always, BadRequest, changing, errorAnswer, storing, WorkersFull } from './error.ts'
import { variant } from './variant.ts'

const Counter = Type.String({
  pattern: '^[0-9]+$',
  description: 'A number as a string, as in 2010'
})

export const Worker = Type.Object(
  {
    worker_id: WorkerId,
    started_at: Type.Integer({ description: 'When it registered, in epoch seconds' }),
    processed: Counter,
    failed: Counter,
    queues: Type.Array(QueueName, { description: 'The queues it is registered on' }),
    working_on: Type.Array(
      Type.Object({ queue: QueueName, job: Type.String(), since: Type.Number() }),
      {
        description:
          'The jobs it holds on lease, or took last for good from each queue, and since when, in' +
          ' epoch seconds. Of a queue with more than 5000 jobs on lease, the last one it took'
      }
    ),
    silent: Type.Boolean({ description: 'It has not been heard of for 5 minutes' }),
    last_seen: Type.Union([Type.Number(), Type.Null()], {
      description:
        'When it was last heard of after it registered, in epoch seconds; null if it never was'
    }),
    version: Type.Optional(
      Type.String({ description: 'What it told of itself, as the next four' })
    ),
    host: Type.Optional(Type.String()),
    pid: Type.Optional(Type.Number()),
    concurrency: Type.Optional(Type.Number()),
    rss: Type.Optional(Type.Number({ description: 'Bytes of memory' })),
    quiet: Type.Optional(Type.Literal(true, { description: 'It has been told to take no more' }))
  },
  {
    description: 'One worker',
    examples: [
      {
        worker_id: 'myworker_1',
        started_at: 1273923534,
        processed: '1',
        failed: '0',
        queues: ['mail'],
        working_on: [{ queue: 'mail', job: '42', since: 1273923540.123 }],
        last_seen: 1273923540.123,
        silent: false
      }
    ]
  }
)
export type Worker = Static<typeof Worker>

export const QueueWorkers = Type.Object(
  {
    queue_name: QueueName,
    workers_list: Type.Array(WorkerId),
    processed: Counter,
    failed: Counter
  },
  {
    description: 'The workers of one queue, and its counters',
    examples: [{ queue_name: 'mail', workers_list: ['myworker_1'], processed: '7', failed: '1' }]
  }
)
export type QueueWorkers = Static<typeof QueueWorkers>

const Id = Type.Object({ worker_id: Type.Optional(WorkerId) }, { additionalProperties: false })

const told = (description: string) => Type.Optional(Type.Unknown({ description }))

// Clients of 2010 send what they like, so nothing but the id is checked.
const IdBody = Type.Union(
  [
    Type.Object({ worker_id: Type.Optional(WorkerId) }, { additionalProperties: true }),
    Type.Null()
  ],
  { examples: [{ worker_id: 'myworker_1' }], 'x-refusal': 'WORKER_BODY_INVALID' }
)

const AboutBody = Type.Union(
  [
    Type.Object(
      {
        worker_id: Type.Optional(WorkerId),
        version: told('Text; what it runs'),
        host: told('Text; where it runs'),
        pid: told('A number'),
        concurrency: told('A number: how many jobs it works on at once'),
        rss: told('A number: bytes of memory')
      },
      {
        additionalProperties: true,
        description: 'Other members, and values of another kind, do no harm'
      }
    ),
    Type.Null()
  ],
  {
    examples: [
      {
        worker_id: 'myworker_1',
        version: '1.4.2',
        host: 'web-3',
        pid: 812,
        concurrency: 4,
        rss: 73400320
      }
    ],
    'x-refusal': 'WORKER_BODY_INVALID'
  }
)

const naming =
  'The id comes as query parameter, as header X-presque-workerid or in the body: JSON under any ' +
  'content type.'

export const Register = {
  tags: ['worker'],
  summary: 'Register a worker on a queue',
  description:
    `${naming} Registering again resets nothing. A worker that is silent for five minutes is ` +
    'shown so, and forgotten after a day; any request that names it keeps it.',
  params: QueueParams,
  querystring: Id,
  headers: WorkerHeaders,
  body: AboutBody,
  response: { 201: Created, ...storing, 429: WorkersFull }
}

export const Unregister = {
  tags: ['worker'],
  summary: 'Take a worker off a queue',
  description: `${naming} A worker of several queues stays registered on the others.`,
  params: QueueParams,
  querystring: Id,
  headers: WorkerHeaders,
  body: IdBody,
  response: { 204: NoContent, ...changing, 413: storing[413] }
}

const NoWorker = errorAnswer('No worker of that id is registered', "no such worker: 'myworker_1'")

const quieted = {
  tags: ['worker'],
  params: QueueParams,
  querystring: Id,
  headers: WorkerHeaders,
  body: IdBody,
  response: { 204: NoContent, ...changing, 404: NoWorker, 413: storing[413] }
}

export const SetQuiet = {
  ...quieted,
  summary: 'Tell a worker to take no more',
  description:
    `${naming} It hears so at its next take or touch, by the header X-Presque-Quiet, and at once` +
    ' where it waits: it gets no job any more, on whichever of its queues, and keeps those that ' +
    'it has.'
}

export const UnsetQuiet = {
  ...quieted,
  summary: 'Let a worker take again',
  description:
    `${naming} A worker that unregisters, or is silent for a day, may take again as well.`
}

const Page = {
  after: Type.Optional(variant(WorkerId, {
    description: 'The id of the last worker of the page before'
  })),
  limit: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 1000,
    description: 'How many workers at most',
    'x-refusal': 'WORKER_LIMIT_INVALID'
  })
}

const next = {
  Link: {
    type: 'string',
    description: 'Where the next page is, if there is one',
    example: '</w?limit=1000&after=myworker_1>; rel="next"'
  }
}

export const GetWorkers = {
  tags: ['worker'],
  summary: 'Describe one worker, the workers of one queue, or all workers',
  description: 'Workers come by id, in pages: the header Link names the next one.',
  querystring: Type.Object(
    {
      worker_id: Type.Optional(WorkerId),
      queue_name: Type.Optional(QueueName),
      queue: Type.Optional(variant(QueueName, {
        description: 'To describe the workers of one queue alone'
      })),
      ...Page
    },
    { additionalProperties: false }
  ),
  response: {
    200: Type.Union([Worker, QueueWorkers, Type.Array(Worker)], {
      description: 'By worker_id, by queue_name, or all',
      headers: next
    }),
    400: BadRequest,
    404: NoWorker,
    ...always
  }
}

export const GetQueueWorkers = {
  tags: ['worker'],
  summary: 'Describe the workers of one queue',
  params: QueueParams,
  querystring: Type.Object(Page, { additionalProperties: false }),
  response: { 200: variant(QueueWorkers, { headers: next }), 400: BadRequest, ...always }
}
