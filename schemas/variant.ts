import type { SchemaOptions, TSchema } from '@sinclair/typebox'

/**
 * A schema with another description, or other bounds. A spread would do the same, but the
 * declarations of the package cannot name its type.
 */
export function variant<Schema extends TSchema> (schema: Schema, options: SchemaOptions): Schema {
  return { ...schema, ...options }
}
