import { Type, type Static } from '@sinclair/typebox'
import { QueueName } from './name.ts'
import { always, BadRequest } from './error.ts'

export const findingKinds = [
  'failing', 'unattended', 'stopped', 'limited', 'growing', 'losing', 'dying', 'schedule',
  'redis_evicts', 'redis_volatile', 'redis_memory', 'redis_disk'
] as const

const Step = Type.Object(
  {
    method: Type.Union([Type.Literal('GET'), Type.Literal('POST'), Type.Literal('DELETE')]),
    path: Type.String(),
    body: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
    label: Type.String()
  },
  { description: 'A request that helps' }
)

export const Finding = Type.Object(
  {
    severity: Type.Union([
      Type.Literal('critical'), Type.Literal('warning'), Type.Literal('info')
    ]),
    queue: Type.Union([QueueName, Type.Null()], { description: 'null: it concerns all queues' }),
    kind: Type.Union(findingKinds.map(kind => Type.Literal(kind)), {
      description: 'A word for programs'
    }),
    since: Type.Union([Type.Number(), Type.Null()], {
      description: 'Epoch seconds; null where that is not known'
    }),
    sentence: Type.String({ description: 'The same for people' }),
    next: Type.Array(Step, { description: 'What to look at, or to do' })
  },
  { description: 'One trouble' }
)
export type Finding = Static<typeof Finding>

export const GetFindings = {
  tags: ['status'],
  summary: 'List all trouble of the moment',
  description: 'The worst first. A token sees those of its queues.',
  querystring: Type.Object({}, { additionalProperties: false }),
  response: {
    200: Type.Object(
      {
        time: Type.Number({ description: 'When that was so, in epoch seconds' }),
        findings: Type.Array(Finding)
      },
      {
        description: 'All trouble of the moment',
        examples: [
          {
            time: 1273923534.123,
            findings: [
              {
                severity: 'warning',
                queue: null,
                kind: 'redis_volatile',
                since: null,
                sentence:
                  'redis has no append-only file, and loses jobs when it is killed: set ' +
                  'appendonly yes',
                next: []
              },
              {
                severity: 'warning',
                queue: 'mail',
                kind: 'stopped',
                since: null,
                sentence: 'it is stopped, and 1 job waits',
                next: [
                  {
                    method: 'POST',
                    path: '/control/mail',
                    body: { status: 'start' },
                    label: 'start it'
                  },
                  {
                    method: 'GET',
                    path: '/audit?queue=mail',
                    body: null,
                    label: 'see who stopped it'
                  }
                ]
              }
            ]
          }
        ]
      }
    ),
    400: BadRequest,
    ...always
  }
}
