import fp from 'fastify-plugin'
import { Config } from '../schemas/config.ts'
import { readConfig } from '../operations/config.ts'

declare module 'fastify' {
  interface FastifyInstance { config: Config }
}

/** `app.config`: the environment, checked; or what the one who builds the server gives. */
export default fp<{ config?: Partial<Config> }>(async (app, { config }) => {
  app.decorate('config', readConfig({ ...process.env, ...config }))
}, { name: 'config' })
