import type { IncomingHttpHeaders } from 'node:http'
import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'
import { isBrowser } from '../../operations/access/browser.ts'
import { errors } from '../../operations/errors.ts'
import { hostCheck, isPlainName } from '../../operations/access/host.ts'

/**
 * Without tokens, answers only where the Host header is an IP address, loopback, or named in
 * PRESQUE_HOSTS. A page of `http://evil.example` may make its name lead to this machine ("DNS
 * rebinding"), and its browser then takes both for one origin. With tokens such a page has none, so
 * any Host is served. A name without a dot is served to programs: the internet has no such names.
 */
export default fp(async app => {
  if (app.config.PRESQUE_TOKENS !== '') return
  const names = [app.config.HOST, ...app.config.PRESQUE_HOSTS.split(',')]
  const isKnown = hostCheck(names.filter(name => name !== ''))
  // Most clients send the same Host all the time.
  let last = ''
  app.addHook('onRequest', (request, _reply, done) => {
    const { host = '' } = request.headers
    if (host === last || host === '') return done()
    if (!isKnown(host)) return done(errorOf(request, host))
    last = host
    done()
  })
}, { name: 'host', dependencies: ['config', 'security-headers'] })

function errorOf ({ headers, routeOptions }: FastifyRequest, host: string): Error | undefined {
  // Probes, and the files of the dashboard, which hold no secret.
  if (routeOptions.config.role === 'open') return undefined
  if (isPlainName(host) && !mayBePage(headers)) return undefined
  return new errors.HOST_UNKNOWN(host.slice(0, 100))
}

function mayBePage (headers: IncomingHttpHeaders): boolean {
  const { 'user-agent': agent, 'sec-fetch-site': site, origin, referer } = headers
  return isBrowser(agent) || (site ?? origin ?? referer) !== undefined
}
