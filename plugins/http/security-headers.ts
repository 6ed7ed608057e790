import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'
import { errors } from '../../operations/errors.ts'
import { always, immutable, withBody } from '../../schemas/header.ts'

/**
 * Refuses requests whose head is ambiguous, and gives each answer the headers of schemas/header.ts.
 * Once the server closes, each answer is the last on its connection, so that none holds up the end.
 */
export default fp(async app => {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onRequest', (request, _reply, done) => done(errorOf(request)))
  // At the end: no hook that refuses comes before it, and no plugin overwrites it.
  app.addHook('onSend', ({ id, headers }, reply, payload, done) => {
    // To the client that sent one, and for the log line of a failure.
    const hasId = reply.statusCode >= 500 || headers['x-request-id'] !== undefined
    if (hasId) void reply.header('x-request-id', id)
    const isLasting = reply.statusCode < 400 && reply.getHeader('cache-control') === immutable
    void reply.headers(payload === undefined || payload === null ? always : withBody)
    if (isLasting) void reply.header('cache-control', immutable)
    if (closing) void reply.header('connection', 'close')
    done(null, payload)
  })
}, { name: 'security-headers' })

function errorOf ({ raw, headers, url }: FastifyRequest): Error | undefined {
  if (headers.host === undefined && raw.httpVersion === '1.1') {
    return new errors.BAD_REQUEST('the Host header is missing')
  }
  // Node keeps the first of several; a proxy before it may have followed the last one.
  if (hasTwoHosts(raw.rawHeaders)) {
    return new errors.BAD_REQUEST('there is more than one Host header')
  }
  const coding = headers['transfer-encoding']
  const isUnknown = coding !== undefined && coding.toLowerCase() !== 'chunked'
  if (isUnknown) return new errors.CODING_UNKNOWN()
  return url.includes('%') && hasBrokenEscapes(url) ? new errors.BAD_URL() : undefined
}

function hasTwoHosts (raw: string[]): boolean {
  let count = 0
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!
    if (name.length === 4 && name.toLowerCase() === 'host') count++
  }
  return count > 1
}

function hasBrokenEscapes (url: string): boolean {
  try {
    decodeURIComponent(url)
    return false
  } catch {
    return true
  }
}
