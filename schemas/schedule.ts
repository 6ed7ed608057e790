import { Type, type TSchema } from '@sinclair/typebox'
import { JobId, QueueName, ScheduleName, ScheduleParams } from './name.ts'
import { Payload, Priority, Ttl } from './push.ts'
import { Instant, Keep, MaxLost, Tries } from './time.ts'
import { NoContent } from './empty.ts'
import { always, BadRequest, changing, errorAnswer, SchedulesFull, storing } from './error.ts'

const Overlap = Type.Unsafe<'skip' | 'allow'>({
  type: 'string',
  enum: ['skip', 'allow'],
  description:
    'Whether a tick adds no job while the last job of the schedule is still waiting, delayed or ' +
    'on lease; allow if none is given',
  'x-refusal': 'OVERLAP_INVALID'
})

const Catchup = Type.Unsafe<'none' | 'one'>({
  type: 'string',
  enum: ['none', 'one'],
  description:
    'What to push for ticks that were missed by more than a minute: nothing, or one job for ' +
    'all; none if none is given',
  'x-refusal': 'CATCHUP_INVALID'
})

const what = {
  queue: Type.String({
    ...QueueName,
    description: 'Where the jobs go',
    'x-missing': 'SCHEDULE_QUEUE_MISSING'
  }),
  cron: Type.Optional(
    Type.String({
      maxLength: 256,
      description: 'Five fields, or six with seconds first',
      examples: ['*/5 * * * *'],
      'x-refusal': 'CRON_INVALID'
    })
  ),
  tz: Type.Optional(
    Type.String({
      maxLength: 64,
      description:
        'With cron: the time zone it is read in, such as Europe/Berlin; UTC if none is given',
      'x-refusal': 'TZ_INVALID'
    })
  ),
  every: Type.Optional(
    Type.Number({
      minimum: 1,
      maximum: 315360000,
      description:
        'Instead of cron: seconds between ticks, which are the multiples of it since 1970',
      examples: [60],
      'x-refusal': 'EVERY_INVALID'
    })
  ),
  overlap: Type.Optional(Overlap),
  catchup: Type.Optional(Catchup),
  priority: Type.Optional(Priority),
  tries: Type.Optional(Tries),
  max_lost: Type.Optional(MaxLost),
  ttl: Type.Optional(Ttl),
  keep: Type.Optional(Keep)
}

/** What a client sets of a schedule. */
export const ScheduleSettings = Type.Object(
  { ...what, payload: Payload },
  {
    additionalProperties: false,
    description: 'When which job goes into which queue',
    examples: [{ queue: 'mail', cron: '30 4 * * *', tz: 'Europe/Berlin', payload: { to: 'ann' } }],
    'x-missing': 'CONTENT_MISSING',
    'x-refusal': 'SCHEDULE_INVALID',
    'x-together': [
      { oneOf: [{ required: ['cron'] }, { required: ['every'] }] },
      { anyOf: [{ required: ['cron'] }, { properties: { tz: { const: 'UTC' } } }] }
    ]
  }
)

const orNull = <Schema extends TSchema>(schema: Schema, description: string) =>
  Type.Union([schema, Type.Null()], { description })

/** `payload` is the JSON that came in, byte for byte. */
export const Schedule = Type.Object({
  name: ScheduleName,
  ...what,
  tz: Type.String(),
  overlap: Overlap,
  catchup: Catchup,
  next_at: orNull(Instant, 'The next tick'),
  last_at: orNull(Instant, 'The last tick that put a job in'),
  last_job: orNull(JobId, 'The id of that job'),
  fired: Type.Integer({ description: 'Ticks that put a job in' }),
  skipped: Type.Integer({
    description: 'Ticks that put none in: for overlap, a full queue or a full Redis'
  }),
  last_error: orNull(Type.String(), 'Why the last tick put no job in; null if it did'),
  payload: Type.Unknown()
})

/** A schedule with its next ticks. */
export const ScheduleAhead = Type.Object({
  ...Schedule.properties,
  ticks: Type.Optional(
    Type.Array(Instant, { description: 'The next ticks, where `ahead` asks for them' })
  )
})

const example = {
  name: 'nightly',
  queue: 'mail',
  cron: '30 4 * * *',
  tz: 'Europe/Berlin',
  overlap: 'allow',
  catchup: 'none',
  next_at: 1273923534,
  last_at: null,
  last_job: null,
  fired: 0,
  skipped: 0,
  last_error: null,
  payload: { to: 'ann' }
}

const shown = (description: string) =>
  Type.Object(Schedule.properties, { description, examples: [example] })

const NoSchedule = errorAnswer('There is none of that name', 'no such schedule')

const nothing = Type.Object({}, { additionalProperties: false })

const Ahead = Type.Integer({
  minimum: 0,
  maximum: 168,
  default: 0,
  description:
    'Hours to look ahead: each schedule has `ticks`, those within these hours and in any case ' +
    'the next five; 100 at most, and fewer where more than 100 schedules are listed',
  'x-refusal': 'AHEAD_INVALID'
})

export const SetSchedule = {
  tags: ['schedule'],
  summary: 'Set a schedule, or replace it',
  description:
    'At each tick one job goes into the queue, however many servers there are. The JSON is read ' +
    'under any content type.',
  params: ScheduleParams,
  querystring: nothing,
  body: ScheduleSettings,
  response: {
    200: shown('It has replaced the one of that name, and goes on with its counts'),
    201: shown('It is new'),
    ...storing,
    429: SchedulesFull
  }
}

export const GetSchedule = {
  tags: ['schedule'],
  summary: 'Look at a schedule',
  params: ScheduleParams,
  querystring: Type.Object({ ahead: Ahead }, { additionalProperties: false }),
  response: {
    200: Type.Object(ScheduleAhead.properties, {
      description: 'What it is, and what has come of it',
      examples: [example]
    }),
    400: BadRequest,
    404: NoSchedule,
    ...always
  }
}

export const DeleteSchedule = {
  tags: ['schedule'],
  summary: 'Delete a schedule',
  description: 'The jobs it has put in stay.',
  params: ScheduleParams,
  querystring: nothing,
  response: { 204: NoContent, ...changing, 404: NoSchedule }
}

const most = 1000

export const ListSchedules = {
  tags: ['schedule'],
  summary: 'List all schedules',
  querystring: Type.Object(
    {
      offset: Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        default: 0,
        description: 'The first schedule to list',
        'x-refusal': 'OFFSET_INVALID'
      }),
      limit: Type.Integer({
        minimum: 0,
        maximum: most,
        default: most,
        description: 'How many to list at most; fewer when their payloads are together over 8 MiB',
        'x-refusal': 'LIMIT_INVALID'
      }),
      ahead: Ahead
    },
    { additionalProperties: false }
  ),
  response: {
    200: Type.Object(
      {
        schedules: Type.Array(ScheduleAhead, { description: 'Sorted by name' }),
        size: Type.Integer({ description: 'How many there are' })
      },
      {
        description: 'Those of queues that the token is for',
        examples: [{ schedules: [example], size: 1 }]
      }
    ),
    400: BadRequest,
    ...always
  }
}
