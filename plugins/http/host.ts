import type { IncomingHttpHeaders } from 'node:http'
import fp from 'fastify-plugin'
import { isBrowser } from '../../operations/access/browser.ts'
import { errors } from '../../operations/errors.ts'
import { hostCheck, isPlainName } from '../../operations/access/host.ts'

/**
 * Without tokens, answers only where the Host header is an IP address, loopback, or named in PRESQUE_HOSTS. A page of
 * `http://evil.example` may make its name lead to this machine ("DNS rebinding"), and is then of the same origin for its
 * browser. With tokens such a page has none, so any Host is served; and so is a name without a dot to programs, since no
 * such name is to be had on the internet.
 */
export default fp(async app => {
  if (app.config.PRESQUE_TOKENS !== '') return
  const names = [app.config.HOST, ...app.config.PRESQUE_HOSTS.split(',')].filter(name => name !== '')
  const isKnown = hostCheck(names)
  // Most clients send the same one all the time.
  let last = ''
  app.addHook('onRequest', (request, _reply, done) => {
    const { host = '' } = request.headers
    if (host === last || host === '') return done()
    if (isKnown(host)) last = host
    else if (isPlainName(host) && !mayBePage(request.headers)) return done()
    // Probes, and the files of the dashboard, which hold no secret.
    else if (request.routeOptions.config.role !== 'open') return done(new errors.HOST_UNKNOWN(host.slice(0, 100)))
    done()
  })
}, { name: 'host', dependencies: ['config', 'security-headers'] })

function mayBePage ({ 'user-agent': agent, 'sec-fetch-site': site, origin, referer }: IncomingHttpHeaders): boolean {
  return isBrowser(agent) || (site ?? origin ?? referer) !== undefined
}
