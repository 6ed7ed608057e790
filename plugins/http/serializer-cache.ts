import buildSerializer from 'fast-json-stringify'
import fp from 'fastify-plugin'

type Serializer = ReturnType<typeof buildSerializer>

// Process-wide: the schemas are those of the program, however many servers a test starts.
const compiled = new WeakMap<object, Serializer>()

/**
 * Compiles the schema of an answer once. Fastify alone compiles it for every route and status that
 * has it: seven times as often.
 */
export default fp(async app => {
  app.setSerializerCompiler<object>(({ schema }) => {
    const known = compiled.get(schema)
    if (known !== undefined) return known
    const serializer = buildSerializer(schema)
    compiled.set(schema, serializer)
    return serializer
  })
}, { name: 'serializer-cache' })
