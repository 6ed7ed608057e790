import { watchFile, unwatchFile } from 'node:fs'
import fp from 'fastify-plugin'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { RateLimits } from '../../operations/access/rate-limit.ts'
import { errors } from '../../operations/errors.ts'
import { othersMay, readTokens, Tokens, type Holder } from '../../operations/access/token.ts'
import type { Role } from '../../schemas/access.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The token of the caller; null while the server asks for no tokens. */
    holder: Holder | null
    /** Whether the caller may see that queue. */
    sees (queue: string): boolean
    /** The same as a value: callers with the same `who` see the same queues. */
    readonly sight: { who: string, sees: (queue: string) => boolean }
    /**
     * Calls `end` once the token no longer allows the same: for a stream or a wait. Returns a
     * function that stops that.
     */
    whenWithdrawn (end: () => void): () => void
    /** Whether the token of the request was removed, or allows something else by now. */
    isWithdrawn (): boolean
  }
  interface FastifyContextConfig {
    /** What a token must allow: a role, `any` for every token, `open` for requests without one. */
    role?: Role | 'any' | 'open'
    /** The route shows all queues at once. */
    allQueues?: boolean
  }
}

/**
 * With PRESQUE_TOKENS, what each caller may do: 401 without a token, 403 outside its roles and
 * queues, 429 over its rate. Each route names its role. A route without one stops the start, tokens
 * or not, so that none is forgotten.
 */
export default fp(async app => {
  const path = app.config.PRESQUE_TOKENS
  const access = new Access(path, app.log)
  decorateRequests(app, access)
  app.addHook('onRoute', ({ url, config, schema }) => {
    if (schema?.hide === true || config?.role !== undefined) return
    throw new Error(`the route ${url} has no role`)
  })
  if (path === '') return
  app.addHook('onRequest', (request, reply, done) => done(access.admit(request, reply)))
  // The body may have arrived long after the head.
  app.addHook('preHandler', (request, _reply, done) => {
    done(request.isWithdrawn() ? new errors.TOKEN_UNKNOWN() : undefined)
  })
  const reread = (): void => access.reread()
  watchFile(path, { interval: 1000, persistent: false }, reread)
  app.addHook('onClose', async () => unwatchFile(path, reread))
}, { name: 'auth', dependencies: ['config', 'connections', 'cors', 'method-not-allowed'] })

/** The tokens of a server, and the requests that hold one. */
class Access {
  readonly #path: string
  readonly #log: FastifyBaseLogger
  readonly #rates = new RateLimits()
  readonly #open = new Map<() => void, Holder>()
  #tokens: Tokens

  /** No path: no request needs a token. */
  constructor (path: string, log: FastifyBaseLogger) {
    this.#path = path
    this.#log = log
    this.#tokens = new Tokens(path === '' ? [] : readTokens(path))
    if (path !== '') this.#warnOfReaders()
  }

  /** Gives the request the holder of its token. Returns why it is refused. */
  admit (request: FastifyRequest, reply: FastifyReply): Error | undefined {
    const { role = 'any', allQueues = false } = request.routeOptions.config
    if (role === 'open') return undefined
    const holder = this.#tokens.find(secretIn(request))
    if (holder === null) {
      const hasNone = request.headers.authorization === undefined
      return hasNone ? new errors.TOKEN_MISSING() : new errors.TOKEN_UNKNOWN()
    }
    request.holder = holder
    const seconds = this.#rates.take(holder.token)
    if (seconds === 0) return errorOf(holder, role, allQueues, queuesIn(request))
    void reply.header('retry-after', Math.ceil(seconds))
    return new errors.TOO_MANY_REQUESTS()
  }

  isWithdrawn (holder: Holder): boolean {
    return holder.of !== this.#tokens && !this.#tokens.allowTheSame(holder)
  }

  whenWithdrawn (holder: Holder, end: () => void): () => void {
    // A function of its own for each call.
    const one = (): void => end()
    this.#open.set(one, holder)
    return () => {
      this.#open.delete(one)
    }
  }

  /** Reads the file again. A file that is half written, or invalid, leaves the tokens unchanged. */
  reread (): void {
    try {
      this.#tokens = new Tokens(readTokens(this.#path))
      this.#warnOfReaders()
      this.#log.info('the tokens were read again')
    } catch (error) {
      this.#log.error(`${(error as Error).message}; the tokens stay as they were`)
      return
    }
    for (const [end, holder] of [...this.#open]) {
      if (!this.#tokens.allowTheSame(holder)) end()
    }
  }

  // A hash reveals no token. But the file names queues, and a user who may write it makes tokens.
  #warnOfReaders (): void {
    const path = this.#path
    const others = othersMay(path)
    if (others === null) return
    this.#log.warn(`PRESQUE_TOKENS: other users may ${others} ${path}: chmod 600 ${path}`)
  }
}

function decorateRequests (app: FastifyInstance, access: Access): void {
  app.decorateRequest('holder', null)
  app.decorateRequest('sees', function (this: FastifyRequest, queue: string) {
    return this.holder === null || this.holder.sees(queue)
  })
  app.decorateRequest('sight', {
    getter (this: FastifyRequest) {
      const who = this.holder?.seesAll === false ? this.holder.token.sha256 : ''
      return { who, sees: (queue: string) => this.sees(queue) }
    }
  })
  app.decorateRequest('whenWithdrawn', function (this: FastifyRequest, end: () => void) {
    return this.holder === null ? () => {} : access.whenWithdrawn(this.holder, end)
  })
  app.decorateRequest('isWithdrawn', function (this: FastifyRequest) {
    return this.holder !== null && access.isWithdrawn(this.holder)
  })
}

// RFC 6750, section 2.1; or as the password of any user (RFC 7617): for browsers, and for
// `curl -u :TOKEN`.
function secretIn ({ headers }: FastifyRequest): string {
  const parts = /^(Bearer|Basic) +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  const [, scheme = '', credentials = ''] = parts
  if (scheme.toLowerCase() !== 'basic') return credentials
  return Buffer.from(credentials, 'base64').toString().replace(/^[^:]*:/, '')
}

function errorOf (
  holder: Holder, role: Role | 'any', allQueues: boolean, queues: string[]
): Error | undefined {
  if (role !== 'any' && !holder.has(role)) return new errors.ROLE_MISSING(role)
  if (allQueues && !holder.seesAll) return new errors.QUEUE_FORBIDDEN('*')
  const forbidden = queues.find(queue => !holder.sees(queue))
  return forbidden === undefined ? undefined : new errors.QUEUE_FORBIDDEN(forbidden)
}

interface Naming { queue?: string, queue_name?: string }

// All queues that a request names, in its path or its query.
function queuesIn ({ params, query }: FastifyRequest): string[] {
  const { queue, queue_name: name } = query as Naming
  const named = [(params as Naming | undefined)?.queue, queue, name]
  return named.filter(name => typeof name === 'string').flatMap(name => name.split(','))
}
