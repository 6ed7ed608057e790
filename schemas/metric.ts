import { Type } from '@sinclair/typebox'
import { always, BadRequest } from './error.ts'

// It answers while Redis is away, too.
const { 503: _, ...rest } = always

const example =
  '# HELP presque_queue_jobs Jobs in each state\n# TYPE presque_queue_jobs ' +
  'gauge\npresque_queue_jobs{queue="mail",state="waiting"} 3\n'

export const GetMetrics = {
  tags: ['status'],
  summary: 'Tell Prometheus how presque does',
  description:
    'Every metric is in docs/reference/metrics.md. All queues are in it, so a token must be for ' +
    'all: `"queues": ["*"]`. While Redis is away it is without them.',
  querystring: Type.Object({}, { additionalProperties: false }),
  response: {
    200: {
      description: 'The text format of Prometheus',
      content: { 'text/plain': { schema: Type.String({ examples: [example] }) } }
    },
    400: BadRequest,
    ...rest
  }
}
