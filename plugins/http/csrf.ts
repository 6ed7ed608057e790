import type { IncomingHttpHeaders } from 'node:http'
import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'
import { isBrowser } from '../../operations/access/browser.ts'
import { errors } from '../../operations/errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** It takes jobs, also where it is a GET. */
    takes?: boolean
  }
}

/**
 * Keeps a web page from acting for its visitor: JSON is read under any content type here, so a page of another site
 * could send it without asking (Fetch standard, "CORS-safelisted request"). A GET that takes is refused as well where
 * only a browser can have sent it, of itself or for a page that cannot be told. Programs send none of these headers.
 */
export default fp(async app => {
  const allowed = new Set(app.config.PRESQUE_CORS_ORIGINS.split(',').filter(origin => origin !== ''))
  app.addHook('onRequest', (request, _reply, done) => {
    const { method, headers } = request
    const isAllowed = headers.origin !== undefined && allowed.has(headers.origin)
    if (!isAllowed && fromAnotherSite(headers) && changes(request)) return done(new errors.CROSS_SITE())
    const isBrowsers = method === 'GET' && (isNoFetch(headers) || (!isAllowed && isUntold(headers)))
    done(isBrowsers && changes(request) ? new errors.TAKE_BY_BROWSER() : undefined)
  })
}, { name: 'csrf', dependencies: ['config'] })

function changes ({ method, routeOptions }: FastifyRequest): boolean {
  return (method !== 'GET' && method !== 'HEAD') || routeOptions.config.takes === true
}

function fromAnotherSite ({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  if (site === 'cross-site' || site === 'same-site') return true
  if (origin === undefined) return false
  return !URL.canParse(origin) || new URL(origin).host !== host
}

// What a page loads, opens or wants ahead of time, and no answer to a script: of these a browser may not tell the site.
function isNoFetch (headers: IncomingHttpHeaders): boolean {
  const { 'sec-purpose': purpose, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination = 'empty' } = headers
  return destination !== 'empty' || mode === 'navigate' || purpose !== undefined ||
    headers['purpose'] !== undefined || headers['x-moz'] !== undefined
}

// Over plain HTTP browsers tell the site to loopback alone. No page can make one send a bearer token unasked.
function isUntold ({ 'sec-fetch-site': site, 'user-agent': agent, authorization }: IncomingHttpHeaders): boolean {
  return site === undefined && isBrowser(agent) && !/^Bearer /i.test(authorization ?? '')
}
