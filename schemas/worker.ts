import { Type, type Static } from '@sinclair/typebox'
import { QueueName, QueueParams, WorkerHeaders, WorkerId } from './name.ts'
import { Created, NoContent } from './empty.ts'
import { always, BadRequest, changing, refusal, storing } from './error.ts'

const Counter = Type.String({ pattern: '^[0-9]+$', description: 'A number as a string, as in 2010' })

export const Worker = Type.Object({
  worker_id: WorkerId,
  started_at: Type.Integer({ description: 'When it registered, in epoch seconds' }),
  processed: Counter,
  failed: Counter,
  queues: Type.Array(QueueName, { description: 'The queues it is registered on' }),
  working_on: Type.Array(Type.Object({ queue: QueueName, job: Type.String(), since: Type.Number() }), {
    description: 'The jobs it holds on lease, or took last for good from each queue, and since when, in epoch seconds'
  }),
  silent: Type.Boolean({ description: 'It has not been heard of for 5 minutes' }),
  last_seen: Type.Union([Type.Number(), Type.Null()], { description: 'When it last asked for a job, in epoch seconds; null if it never did' })
}, {
  description: 'One worker',
  examples: [{
    worker_id: 'myworker_1',
    started_at: 1273923534,
    processed: '1',
    failed: '0',
    queues: ['mail'],
    working_on: [{ queue: 'mail', job: '42', since: 1273923540.123 }],
    last_seen: 1273923540.123,
    silent: false
  }]
})
export type Worker = Static<typeof Worker>

export const QueueWorkers = Type.Object({
  queue_name: QueueName,
  workers_list: Type.Array(WorkerId),
  processed: Counter,
  failed: Counter
}, { description: 'The workers of one queue, and its counters', examples: [{ queue_name: 'mail', workers_list: ['myworker_1'], processed: '7', failed: '1' }] })
export type QueueWorkers = Static<typeof QueueWorkers>

const Id = Type.Object({ worker_id: Type.Optional(WorkerId) }, { additionalProperties: false })

const IdBody = Type.Union([
  Type.Object({ worker_id: Type.Optional(WorkerId) }, { additionalProperties: false }),
  Type.Null()
], { examples: [{ worker_id: 'myworker_1' }], 'x-refusal': 'WORKER_BODY_INVALID' })

const naming = 'The id comes as query parameter, as header X-presque-workerid or in the body: JSON under any content type.'

export const Register = {
  tags: ['worker'],
  summary: 'Register a worker on a queue',
  description: `${naming} Registering again changes nothing.`,
  params: QueueParams,
  querystring: Id,
  headers: WorkerHeaders,
  body: IdBody,
  response: { 201: Created, ...storing }
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

const NoWorker = refusal('No worker of that id is registered', "no such worker: 'myworker_1'")

export const GetWorkers = {
  tags: ['worker'],
  summary: 'Describe one worker, the workers of one queue, or all workers',
  querystring: Type.Object({ worker_id: Type.Optional(WorkerId), queue_name: Type.Optional(QueueName) }, { additionalProperties: false }),
  response: {
    200: Type.Union([Worker, QueueWorkers, Type.Array(Worker)], { description: 'By worker_id, by queue_name, or all' }),
    400: BadRequest,
    404: NoWorker,
    ...always
  }
}

export const GetQueueWorkers = {
  tags: ['worker'],
  summary: 'Describe the workers of one queue',
  params: QueueParams,
  querystring: Type.Object({}, { additionalProperties: false }),
  response: { 200: QueueWorkers, 400: BadRequest, ...always }
}
