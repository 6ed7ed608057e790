import { Type } from '@sinclair/typebox'

/** All times in the API are in seconds, fractions allowed. */
export const Lease = Type.Number({
  minimum: 1,
  maximum: 43200,
  description: 'Seconds after which the job comes back unless it is acknowledged',
  examples: [30],
  'x-refusal': 'LEASE_INVALID'
})

/** As a parameter it may stand without a value. */
export const LeaseParameter = Type.Union([Lease, Type.Literal('')], {
  description:
    'Take the job on lease: seconds after which it comes back unless it is acknowledged; without' +
    ' a value, as long as the policy of the queue says',
  'x-refusal': 'LEASE_INVALID'
})

export const Wait = Type.Number({
  minimum: 0,
  maximum: 3600,
  description:
    'Seconds to hold the request until there is something to answer; at most PRESQUE_MAX_WAIT (60)',
  examples: [20],
  'x-refusal': 'WAIT_INVALID'
})

export const Delay = Type.Number({
  minimum: 0,
  maximum: 315360000,
  description: 'Seconds from now',
  examples: [10],
  'x-refusal': 'DELAY_INVALID'
})

export const Keep = Type.Number({
  minimum: 0,
  maximum: 2592000,
  description: 'Seconds to keep a finished job and its result',
  examples: [3600],
  'x-refusal': 'KEEP_INVALID'
})

export const Tries = Type.Integer({
  minimum: 1,
  maximum: 1000,
  description: 'Deliveries before the job has failed for good',
  examples: [5],
  'x-refusal': 'TRIES_INVALID'
})

const lostCount = Type.Integer({ minimum: 1, maximum: 1000 })

const maxLost = {
  description:
    'Leases in a row that may expire before the job has failed for good, whatever its tries; ' +
    'null for no such bound',
  examples: [3],
  'x-refusal': 'MAX_LOST_INVALID'
}

export const MaxLost = Type.Union([lostCount, Type.Null()], maxLost)

/** The same in a query. */
export const MaxLostParameter = Type.Union([lostCount, Type.Literal('null')], maxLost)

/** In answers. */
export const Instant = Type.Number({ description: 'Epoch seconds', examples: [1273923534.123] })

/** A range of seconds from now. */
export const Span = Type.Object(
  {
    from: Type.Integer({ description: 'Seconds' }),
    to: Type.Union([Type.Integer(), Type.Null()], { description: 'Seconds; null: perhaps never' })
  },
  { description: 'A range, from the pace of the last hour' }
)
