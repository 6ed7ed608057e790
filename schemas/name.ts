import { Type } from '@sinclair/typebox'

// A path with . or .. as a part of it is another path: clients and proxies fold it before it is
// sent.
export const QueueName = Type.String({
  pattern: '^(?!\\.{1,2}$)[A-Za-z0-9_.:@-]{1,128}$',
  description: 'The name of a queue',
  examples: ['mail'],
  'x-refusal': 'QUEUE_NAME_INVALID'
})

/** Several queues, the first one with a job serves. */
export const QueueNames = Type.String({
  pattern:
    '^(?!\\.{1,2}(,|$))[A-Za-z0-9_.:@-]{1,128}(,(?!\\.{1,2}(,|$))[A-Za-z0-9_.:@-]{1,128}){0,31}$',
  description:
    'The name of a queue, or up to 32 with commas between them: the first that has a job serves',
  examples: ['mail'],
  'x-refusal': 'QUEUE_NAME_INVALID'
})

export const JobId = Type.String({
  pattern: '^[0-9]{1,16}$',
  description: 'The number of a job',
  examples: ['42'],
  'x-refusal': 'JOB_ID_INVALID'
})

export const JobParams = Type.Object({ queue: QueueName, id: JobId })

export const ScheduleName = Type.String({
  pattern: '^(?!\\.{1,2}$)[A-Za-z0-9_.:@-]{1,128}$',
  description: 'The name of a schedule',
  examples: ['nightly'],
  'x-refusal': 'SCHEDULE_NAME_INVALID'
})

export const OperationId = Type.String({
  pattern: '^[0-9]{1,15}$',
  description: 'The number of an operation',
  examples: ['1273923534123'],
  'x-refusal': 'OPERATION_ID_INVALID'
})

export const ScheduleParams = Type.Object({ name: ScheduleName })

export const QueueParams = Type.Object({ queue: QueueName })

export const WorkerId = Type.String({
  pattern: '^[\\x21-\\x7e]{1,128}$',
  description: 'The id a worker chose for itself',
  examples: ['myworker_1'],
  'x-refusal': 'WORKER_ID_INVALID'
})

/** Where a worker that cannot add a parameter names itself. */
export const WorkerHeaders = Type.Object({ 'x-presque-workerid': Type.Optional(WorkerId) })
