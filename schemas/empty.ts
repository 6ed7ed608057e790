import { Type } from '@sinclair/typebox'

/** An answer without a body. OpenAPI has no word for it; `null` is the one its generator takes. */
function empty (description: string) {
  return Type.Unsafe<undefined>({ type: 'null', description })
}

export const Created = empty('Stored. The body is empty')
export const NoContent = empty('Done. The body is empty')
