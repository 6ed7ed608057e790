import { Type } from '@sinclair/typebox'

/** A job is one JSON object. It is checked, and stored and given back byte for byte. */
export const Payload = Type.Object(
  {},
  {
    additionalProperties: true,
    description: 'One JSON object. The bytes that come back are the bytes that went in',
    examples: [{ to: 'ann' }],
    'x-missing': 'JOB_MISSING',
    'x-refusal': 'JOB_NOT_OBJECT'
  }
)

export const Delayed = Type.Number({
  minimum: 0,
  maximum: 253402300799,
  description:
    'Epoch seconds, fractions allowed, before which the job is not given out; a past time means ' +
    'now',
  examples: [1273924034],
  'x-refusal': 'DELAYED_INVALID'
})

export const Uniq = Type.String({
  minLength: 1,
  maxLength: 512,
  description:
    'At most one job with this key is in the queue; the key is free again once that job has left',
  examples: ['ann@example.org'],
  'x-refusal': 'UNIQ_INVALID'
})

export const OnDuplicate = Type.Union(
  [Type.Literal('reject'), Type.Literal('ignore'), Type.Literal('replace')],
  {
    description:
      'With uniq, when there is such a job: 400; 200 with its Location; or it gets the new ' +
      'payload, time and settings, while it is not on lease',
    'x-refusal': 'ON_DUPLICATE_INVALID'
  }
)

export const Priority = Type.Integer({
  minimum: 0,
  maximum: 9,
  description: 'Lower is sooner; 5 if none is given',
  examples: [1],
  'x-refusal': 'PRIORITY_INVALID'
})

export const Ttl = Type.Number({
  exclusiveMinimum: 0,
  maximum: 315360000,
  description: 'Seconds after which the job is dropped if no worker has taken it',
  examples: [3600],
  'x-refusal': 'TTL_INVALID'
})

const word = '[A-Za-z0-9_.:@-]{1,64}'

export const Tag = Type.String({
  pattern: `^${word}$`,
  examples: ['acme'],
  'x-refusal': 'TAG_INVALID'
})

export const Tags = Type.String({
  pattern: `^${word}(,${word}){0,9}$`,
  description: 'Words to find the job by, 10 at most, with commas between them',
  examples: ['acme,invoice'],
  'x-refusal': 'TAGS_INVALID'
})

export const Depends = Type.String({
  pattern: '^[1-9][0-9]{0,15}(,[1-9][0-9]{0,15}){0,99}$',
  description:
    'Ids of jobs of the same queue, 100 at most, with commas between them: the job waits until ' +
    'they have completed, and fails if one does not',
  'x-refusal': 'DEPENDS_INVALID'
})
