import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'
import { errors } from '../operations/errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A GET that changes something. */
    takes?: boolean
  }
}

/**
 * Keeps a web page from acting for its visitor: JSON is read under any content type here, so a page of another site
 * could send it without asking (Fetch standard, "CORS-safelisted request"). Programs send neither header.
 */
export default fp(async app => {
  const allowed = new Set(app.config.PRESQUE_CORS_ORIGINS.split(',').filter(origin => origin !== ''))
  app.addHook('onRequest', (request, _reply, done) => {
    done(fromAnotherSite(request) && changes(request) && !allowed.has(request.headers.origin ?? '') ? new errors.CROSS_SITE() : undefined)
  })
}, { name: 'origin', dependencies: ['config'] })

function changes ({ method, routeOptions }: FastifyRequest): boolean {
  return (method !== 'GET' && method !== 'HEAD') || routeOptions.config.takes === true
}

function fromAnotherSite ({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  if (site === 'cross-site' || site === 'same-site') return true
  if (headers.origin === undefined) return false
  return !URL.canParse(headers.origin) || new URL(headers.origin).host !== headers.host
}
