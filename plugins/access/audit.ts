import fp from 'fastify-plugin'
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { addToAudit, auditEntry, type Changes } from '../../operations/access/audit.ts'
import { redactUrl } from '../../operations/access/redact.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the call has changed, for the audit; null outside of routes that change a queue. */
    changes: Changes | null
  }
}

/**
 * Writes each call that needs the role `manage` to the audit and to the log, before its answer
 * leaves. Other routes have no hook of it.
 */
export default fp(async app => {
  app.decorateRequest('changes', null)
  app.addHook('onRoute', route => {
    if (route.config?.role !== 'manage' || route.method === 'GET') return
    addHooks(route)
  })

  function addHooks (route: RouteOptions): void {
    // The last hook before the handler: a call that is refused earlier has changed nothing.
    route.preHandler = [route.preHandler ?? [], begin].flat()
    route.onSend = [route.onSend ?? [], write].flat()
  }

  async function write (request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (request.changes === null) return
    const call = { ...callOf(request), status: reply.statusCode, ...request.changes }
    const entry = auditEntry(call)
    request.log.info({ audit: entry }, 'a call that manages')
    try {
      await addToAudit(app.redis, entry)
    } catch (error) {
      // The call has taken effect all the same, and the log has it.
      request.log.error(error, 'the audit misses an entry')
    }
  }
}, { name: 'audit', dependencies: ['auth', 'redis'] })

async function begin (request: FastifyRequest): Promise<void> {
  request.changes = {}
}

function callOf (request: FastifyRequest) {
  const { queue = null } = request.params as { queue?: string }
  return {
    who: request.holder?.token.name ?? null,
    from: request.ip,
    request: `${request.method} ${redactUrl(request.url)}`,
    request_id: request.id,
    queue
  }
}
