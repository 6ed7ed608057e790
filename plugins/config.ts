import fp from 'fastify-plugin'
import { Config } from '../schemas/config.ts'
import { readConfig } from '../operations/config.ts'

declare module 'fastify' {
  interface FastifyInstance { config: Config }
}

/** `app.config`: the environment, and over it what app.ts was given; both validated. */
export default fp<{ config?: Partial<Config> }>(async (app, { config }) => {
  app.decorate('config', readConfig({ ...process.env, ...config }))
}, { name: 'config' })
