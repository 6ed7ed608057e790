import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'
import { errors } from '../../operations/errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came, checked to be UTF-8 and JSON. `body` is the same, parsed, for validation to look at. */
    text: string
  }
  interface FastifyContextConfig {
    /** Takes no body but one that is said to be application/json. */
    jsonOnly?: boolean
  }
}

/**
 * Reads every body as JSON, under whatever content type. Keys such as `__proto__` are data:
 * the parsed body is looked at and dropped, never merged into anything.
 */
export default fp(async app => {
  app.decorateRequest('text', '')
  app.removeAllContentTypeParsers()
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request
    const type = headers['content-type']
    if (type !== 'application/json' && wantsJson(request) && mediaType(type) !== 'application/json') return done(new errors.NOT_JSON_TYPE())
    // Fastify refuses types it cannot parse, and of 2010's clients some send `appplication/json`. With none it waits for no body, which for an ack is time saved.
    if (hasBody(headers)) headers['content-type'] = 'application/json'
    else delete headers['content-type']
    done()
  })
  const options = { parseAs: 'buffer', bodyLimit: app.config.PRESQUE_MAX_BODY } as const
  app.addContentTypeParser<Buffer>('application/json', options, (request, body, done) => {
    try {
      done(null, parse(request, body))
    } catch (error) {
      done(error as Error)
    }
  })
}, { name: 'json-body', dependencies: ['config'] })

// Asked last: Fastify makes an object of a dozen properties whenever somebody wants the options of a route.
function wantsJson (request: FastifyRequest): boolean {
  return request.method !== 'GET' && request.routeOptions.config.jsonOnly === true
}

function mediaType (type = ''): string {
  return type.split(';', 1)[0]!.trim().toLowerCase()
}

// RFC 9112, section 6: a request without either has none.
function hasBody ({ 'content-length': length, 'transfer-encoding': encoding }: IncomingHttpHeaders): boolean {
  return encoding !== undefined || (length !== undefined && length !== '0')
}

function parse (request: FastifyRequest, body: Buffer): unknown {
  if (body.length === 0) return undefined
  if (body[0] === 0xEF && body[1] === 0xBB && body[2] === 0xBF) throw new errors.BYTE_ORDER_MARK()
  if (!isUtf8(body)) throw new errors.NOT_UTF8()
  request.text = body.toString('utf8')
  try {
    return JSON.parse(request.text)
  } catch (error) {
    throw new errors.NOT_JSON((error as Error).message)
  }
}
