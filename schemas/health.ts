import { Type } from '@sinclair/typebox'
import { BadRequest, errorAnswer } from './error.ts'

const nothing = Type.Object({}, { additionalProperties: false })

export const GetLive = {
  tags: ['status'],
  summary: 'Tell whether this process runs',
  description:
    'Asks nothing of Redis, and takes no token: for a supervisor that restarts a process which ' +
    'no longer answers.',
  querystring: nothing,
  response: {
    200: Type.Object(
      { status: Type.Literal('live') },
      { description: 'It runs', examples: [{ status: 'live' }] }
    ),
    400: BadRequest
  }
}

export const GetReady = {
  tags: ['status'],
  summary: 'Tell whether presque can do its work',
  description:
    'Writes to Redis, and takes no token: for load balancers. A Redis that is full still gives ' +
    'out jobs, but takes none: that is a 503 here, with the reason.',
  querystring: nothing,
  response: {
    200: Type.Object(
      { status: Type.Literal('ready') },
      { description: 'Redis answers, and accepts a write', examples: [{ status: 'ready' }] }
    ),
    400: BadRequest,
    503: errorAnswer('Redis is away, or accepts no write', 'redis is unavailable')
  }
}
