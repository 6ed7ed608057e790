import type { IncomingHttpHeaders } from 'node:http'
import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'
import { isBrowser } from '../../operations/access/browser.ts'
import { errors } from '../../operations/errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route takes jobs, also where it is a GET. */
    takes?: boolean
  }
}

/**
 * Keeps a web page from acting for its visitor. presque reads JSON under any content type, so a
 * page of another site could send it without a preflight (Fetch standard, "CORS-safelisted
 * request"). A GET that takes is refused as well where only a browser can have sent it, by itself
 * or for a page that the headers do not name. Programs send none of these headers.
 */
export default fp(async app => {
  const origins = app.config.PRESQUE_CORS_ORIGINS.split(',').filter(origin => origin !== '')
  const allowed = new Set(origins)
  app.addHook('onRequest', (request, _reply, done) => {
    done(errorOf(request, allowed))
  })
}, { name: 'csrf', dependencies: ['config'] })

function errorOf (request: FastifyRequest, allowed: Set<string>): Error | undefined {
  const { method, headers } = request
  const isAllowed = headers.origin !== undefined && allowed.has(headers.origin)
  if (!isAllowed && isCrossSite(headers) && isChange(request)) return new errors.CROSS_SITE()
  if (method !== 'GET') return undefined
  const isByBrowser = isNavigation(headers) || (!isAllowed && hasUnknownSite(headers))
  return isByBrowser && isChange(request) ? new errors.TAKE_BY_BROWSER() : undefined
}

function isChange ({ method, routeOptions }: FastifyRequest): boolean {
  return (method !== 'GET' && method !== 'HEAD') || routeOptions.config.takes === true
}

function isCrossSite ({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  if (site === 'cross-site' || site === 'same-site') return true
  if (origin === undefined) return false
  return !URL.canParse(origin) || new URL(origin).host !== host
}

// A page loads, opens or prefetches the URL, and no script reads the answer. For these a browser
// may leave out the site.
function isNavigation (headers: IncomingHttpHeaders): boolean {
  const {
    'sec-purpose': purpose, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination = 'empty'
  } = headers
  return destination !== 'empty' || mode === 'navigate' || purpose !== undefined ||
    headers['purpose'] !== undefined || headers['x-moz'] !== undefined
}

// Over plain HTTP browsers name the site to loopback alone. No page can make one send a bearer
// token.
function hasUnknownSite (headers: IncomingHttpHeaders): boolean {
  const { 'sec-fetch-site': site, 'user-agent': agent, authorization = '' } = headers
  return site === undefined && isBrowser(agent) && !/^Bearer /i.test(authorization)
}
