import { Type } from '@sinclair/typebox'
import { Fingerprint } from './error-group.ts'
import { WorkerId } from './name.ts'
import { Tag } from './push.ts'
import { variant } from './variant.ts'

const Since = Type.Number({
  minimum: 0,
  maximum: 253402300799,
  examples: [1273924034],
  'x-refusal': 'SINCE_INVALID'
})

/** Which jobs of a state: those that match all that is given. */
export const filterParameters = {
  error: Type.Optional(
    variant(Fingerprint, {
      description: 'With failed or retrying: only jobs of the error group of this fingerprint'
    })
  ),
  worker: Type.Optional(
    variant(WorkerId, {
      description:
        'Only jobs that this worker has on lease; in other states those of whose `attempts` it' +
        ' had one. With * at its end, the beginning of ids'
    })
  ),
  since: Type.Optional(
    variant(Since, {
      description:
        'Only jobs that came into this state at that time or later, in epoch seconds: failed at,' +
        ' completed at, delayed or pushed since, on lease since'
    })
  ),
  until: Type.Optional(
    variant(Since, { description: 'Only jobs that came into this state before that time' })
  ),
  min_attempt: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1000000,
      description: 'Only jobs whose `attempt` is that number or more',
      examples: [3],
      'x-refusal': 'MIN_ATTEMPT_INVALID'
    })
  ),
  tag: Type.Optional(variant(Tag, { description: 'Only jobs with this tag' })),
  text: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'Only jobs with this text in their payload, byte for byte as it came in',
      examples: ['99812'],
      'x-refusal': 'TEXT_INVALID'
    })
  )
}
