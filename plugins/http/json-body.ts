import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'
import { errors } from '../../operations/errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as the client sent it: UTF-8 and JSON. `body` is the same, parsed, to validate. */
    text: string
  }
  interface FastifyContextConfig {
    /** The route accepts a body only as application/json. */
    jsonOnly?: boolean
  }
}

/**
 * Reads every body as JSON, under any content type. Keys such as `__proto__` are data: the parsed
 * body is validated and dropped, never merged into another object.
 */
export default fp(async app => {
  app.decorateRequest('text', '')
  app.removeAllContentTypeParsers()
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request
    if (isRefusedType(request)) return done(new errors.NOT_JSON_TYPE())
    // Fastify refuses types that it cannot parse, and clients of 2010 send `appplication/json`.
    // Without a type it waits for no body, which saves time for an ack.
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

// routeOptions last: each time Fastify makes an object of a dozen properties.
function isRefusedType (request: FastifyRequest): boolean {
  const type = request.headers['content-type']
  return type !== 'application/json' && request.method !== 'GET' &&
    request.routeOptions.config.jsonOnly === true && mediaType(type) !== 'application/json'
}

function mediaType (type = ''): string {
  return type.split(';', 1)[0]!.trim().toLowerCase()
}

// RFC 9112, section 6: a request without either header has no body.
function hasBody (headers: IncomingHttpHeaders): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers
  return encoding !== undefined || (length !== undefined && length !== '0')
}

function parse (request: FastifyRequest, body: Buffer): unknown {
  if (body.length === 0) return undefined
  const hasMark = body[0] === 0xEF && body[1] === 0xBB && body[2] === 0xBF
  if (hasMark) throw new errors.BYTE_ORDER_MARK()
  if (!isUtf8(body)) throw new errors.NOT_UTF8()
  request.text = body.toString('utf8')
  try {
    return JSON.parse(request.text)
  } catch (error) {
    throw new errors.NOT_JSON((error as Error).message)
  }
}
