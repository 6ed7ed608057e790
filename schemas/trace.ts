import { Type } from '@sinclair/typebox'

const example = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

/**
 * What a push may bring of the trace it belongs to. Never refused: the specification wants a wrong
 * one ignored.
 */
export const TraceHeaders = Type.Object({
  traceparent: Type.Optional(
    Type.String({
      description:
        'W3C Trace Context: kept with the job, and handed out with it. One that is not valid is ' +
        'ignored',
      examples: [example]
    })
  ),
  tracestate: Type.Optional(
    Type.String({ description: 'Goes with traceparent; 512 characters are kept at most' })
  )
})

/** The same, as members of what a job comes in. */
export const TraceMembers = {
  traceparent: Type.Optional(
    Type.String({ description: 'Of the push, where it had one', examples: [example] })
  ),
  tracestate: Type.Optional(Type.String())
}

/** And as headers of an answer. */
export const traceHeaders = {
  Traceparent: {
    type: 'string',
    description: 'Of the push, where it had one (W3C Trace Context)',
    example
  },
  Tracestate: { type: 'string', description: 'Goes with it', example: 'vendor=opaque' }
}
