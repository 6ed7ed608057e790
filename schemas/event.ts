import { Type } from '@sinclair/typebox'
import { QueueNames } from './name.ts'
import { Wait } from './time.ts'
import { always, BadRequest, StreamsFull } from './error.ts'
import { variant } from './variant.ts'

/** What an answer that goes on looks like: the fields of each of its Server-Sent Events. */
export function eventStream (example: { id?: string; event: string; data: object }) {
  const fields = {
    id: Type.Optional(Type.String()),
    event: Type.Optional(Type.String()),
    data: Type.Optional(Type.String({ description: 'JSON' })),
    retry: Type.Optional(Type.Integer({ description: 'ms' }))
  }
  const written = { ...example, data: JSON.stringify(example.data) }
  const schema = Type.Object(fields, {
    description: 'Each of the Server-Sent Events',
    examples: [written]
  })
  return { 'text/event-stream': { schema } }
}

const LastEventId = Type.String({
  pattern: '^[0-9.,-]{0,2048}$',
  description: 'The id of the last event that was received: the stream goes on after it',
  examples: ['1273923534123-0'],
  'x-refusal': 'LAST_EVENT_ID_INVALID'
})

export const GetEvents = {
  tags: ['event'],
  summary: 'Listen to what happens to jobs and queues',
  description:
    'Server-Sent Events, one for each change of the state of a job, or of a queue. See ' +
    'docs/guide/events.md.',
  querystring: Type.Object(
    {
      queue: Type.Optional(variant(QueueNames, {
        description:
          'The name of a queue, or up to 32 with commas between them; all queues if none is given'
      })),
      last_event_id: Type.Optional(LastEventId),
      wait: Type.Optional(variant(Wait, {
        description:
          'Seconds after which the stream ends, once it has told what there is; at most ' +
          'PRESQUE_MAX_WAIT (60). Without: it does not end'
      }))
    },
    { additionalProperties: false }
  ),
  headers: Type.Object({ 'last-event-id': Type.Optional(LastEventId) }),
  response: {
    200: {
      description: 'What happens, as it happens',
      content: eventStream({
        id: '1273923534123-0',
        event: 'pushed',
        data: { queue: 'mail', id: '42', state: 'waiting', at: 1273923534.123 }
      })
    },
    400: BadRequest,
    ...always,
    503: StreamsFull
  }
}
