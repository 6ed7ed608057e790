import type { FastifyInstance } from 'fastify'

/** Listens on a free port of loopback, and says where as presque does. */
export async function serve (app: FastifyInstance): Promise<void> {
  console.log(`serving ${await app.listen({ host: '127.0.0.1', port: 0 })}`)
}
