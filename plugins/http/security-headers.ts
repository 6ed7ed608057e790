import fp from 'fastify-plugin'
import { errors } from '../../operations/errors.ts'
import { always, immutable, withBody } from '../../schemas/header.ts'

/**
 * What holds for every request and answer: each carries the headers of schemas/header.ts, no URL has broken escapes, and once the server closes,
 * each answer is the last on its connection: one that was being answered then would otherwise hold up the end.
 */
export default fp(async app => {
  let closing = false
  app.addHook('preClose', async () => { closing = true })
  app.addHook('onRequest', ({ raw, headers, url }, _reply, done) => {
    if (headers.host === undefined && raw.httpVersion === '1.1') return done(new errors.BAD_REQUEST('the Host header is missing'))
    // Node keeps the first of several, and what stands between may have gone by the last one.
    if (hasTwoHosts(raw.rawHeaders)) return done(new errors.BAD_REQUEST('there is more than one Host header'))
    const coding = headers['transfer-encoding']
    if (coding !== undefined && coding.toLowerCase() !== 'chunked') return done(new errors.CODING_UNKNOWN())
    done(url.includes('%') && hasBrokenEscapes(url) ? new errors.BAD_URL() : undefined)
  })
  // At the end, so that no hook that refuses comes before it, and no plugin says otherwise.
  app.addHook('onSend', ({ id, headers }, reply, payload, done) => {
    // To whoever gave it, and to whoever will want to ask why.
    if (reply.statusCode >= 500 || headers['x-request-id'] !== undefined) void reply.header('x-request-id', id)
    const isLasting = reply.statusCode < 400 && reply.getHeader('cache-control') === immutable
    void reply.headers(payload === undefined || payload === null ? always : withBody)
    if (isLasting) void reply.header('cache-control', immutable)
    if (closing) void reply.header('connection', 'close')
    done(null, payload)
  })
}, { name: 'security-headers' })

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
