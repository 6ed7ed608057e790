import { watchFile, unwatchFile } from 'node:fs'
import fp from 'fastify-plugin'
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import { RateLimits } from '../../operations/access/rate-limit.ts'
import { errors } from '../../operations/errors.ts'
import { othersMay, readTokens, Tokens, type Holder } from '../../operations/access/token.ts'
import type { Role } from '../../schemas/access.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null while the server asks for no tokens. */
    holder: Holder | null
    /** Whether the caller may know of that queue. */
    sees (queue: string): boolean
    /** The same, and whose sight that is: callers with the same `who` see the same. */
    readonly sight: { who: string, sees: (queue: string) => boolean }
    /** Calls `end` once what the token allows has changed: for an answer that goes on. Returns how to stop that. */
    whenWithdrawn (end: () => void): () => void
    /** Whether the token it came with is no longer there, or allows something else. */
    isWithdrawn (): boolean
  }
  interface FastifyContextConfig {
    /** What a token must allow: a role, `any` for a token of whatever role, `open` for no token at all. */
    role?: Role | 'any' | 'open'
    /** It shows all queues at once, whatever they are. */
    allQueues?: boolean
  }
}

/**
 * With PRESQUE_TOKENS, who may do what: 401 without a token, 403 outside its roles and queues, 429 over its rate. Every route says
 * its role; one without stops the start, tokens or not, so that none can be forgotten.
 */
export default fp(async app => {
  app.decorateRequest('holder', null)
  app.decorateRequest('sees', function (this: FastifyRequest, queue: string) {
    return this.holder === null || this.holder.sees(queue)
  })
  app.decorateRequest('sight', {
    getter (this: FastifyRequest) {
      return { who: this.holder?.seesAll === false ? this.holder.token.sha256 : '', sees: (queue: string) => this.sees(queue) }
    }
  })
  const open = new Map<() => void, Holder>()
  app.decorateRequest('whenWithdrawn', function (this: FastifyRequest, end: () => void) {
    // A function of its own for each call.
    const one = (): void => end()
    if (this.holder !== null) open.set(one, this.holder)
    return () => { open.delete(one) }
  })
  app.addHook('onRoute', ({ url, config, schema }) => {
    if (schema?.hide !== true && config?.role === undefined) throw new Error(`the route ${url} has no role`)
  })
  const path = app.config.PRESQUE_TOKENS
  let tokens = new Tokens(path === '' ? [] : readTokens(path))
  app.decorateRequest('isWithdrawn', function (this: FastifyRequest) {
    return this.holder !== null && this.holder.of !== tokens && !tokens.allowTheSame(this.holder)
  })
  if (path === '') return
  warnOfReaders(path, app.log)
  const allowances = new RateLimits()
  app.addHook('onRequest', (request, reply, done) => {
    const { role = 'any', allQueues = false } = request.routeOptions.config
    if (role === 'open') return done()
    const holder = tokens.find(secretIn(request))
    if (holder === null) return done(request.headers.authorization === undefined ? new errors.TOKEN_MISSING() : new errors.TOKEN_UNKNOWN())
    request.holder = holder
    const seconds = allowances.take(holder.token)
    if (seconds > 0) {
      void reply.header('retry-after', Math.ceil(seconds))
      return done(new errors.TOO_MANY_REQUESTS())
    }
    done(refusal(holder, role, allQueues, queuesIn(request)))
  })

  // The body may have come long after the head.
  app.addHook('preHandler', (request, _reply, done) => {
    done(request.isWithdrawn() ? new errors.TOKEN_UNKNOWN() : undefined)
  })

  // A file that is being written, or was spoilt, leaves the tokens as they are.
  const reread = (): void => {
    try {
      tokens = new Tokens(readTokens(path))
      warnOfReaders(path, app.log)
      app.log.info('the tokens were read again')
      for (const [end, holder] of [...open]) if (!tokens.allowTheSame(holder)) end()
    } catch (error) {
      app.log.error(`${(error as Error).message}; the tokens stay as they were`)
    }
  }
  watchFile(path, { interval: 1000, persistent: false }, reread)
  app.addHook('onClose', async () => { unwatchFile(path, reread) })
}, { name: 'auth', dependencies: ['config', 'connections', 'cors', 'method-not-allowed'] })

// A hash tells no token; but the file names queues, and a user who may write it makes tokens.
function warnOfReaders (path: string, log: FastifyBaseLogger): void {
  const others = othersMay(path)
  if (others !== null) log.warn(`PRESQUE_TOKENS: other users may ${others} ${path}: chmod 600 ${path}`)
}

// RFC 6750, section 2.1; or as the password of whatever user (RFC 7617), for browsers and `curl -u :TOKEN`.
function secretIn ({ headers }: FastifyRequest): string {
  const [, scheme = '', credentials = ''] = /^(Bearer|Basic) +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  return scheme.toLowerCase() === 'basic' ? Buffer.from(credentials, 'base64').toString().replace(/^[^:]*:/, '') : credentials
}

function refusal (holder: Holder, role: Role | 'any', allQueues: boolean, queues: string[]): Error | undefined {
  if (role !== 'any' && !holder.has(role)) return new errors.ROLE_MISSING(role)
  if (allQueues && !holder.seesAll) return new errors.QUEUE_FORBIDDEN('*')
  const forbidden = queues.find(queue => !holder.sees(queue))
  return forbidden === undefined ? undefined : new errors.QUEUE_FORBIDDEN(forbidden)
}

interface Named { queue?: string, queue_name?: string }

// All that a request names, wherever it does.
function queuesIn ({ params, query }: FastifyRequest): string[] {
  const named = [(params as Named | undefined)?.queue, (query as Named).queue, (query as Named).queue_name]
  return named.filter(name => typeof name === 'string').flatMap(name => name.split(','))
}
