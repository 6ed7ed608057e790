import fp from 'fastify-plugin'
import type { onResponseHookHandler } from 'fastify'
import { Meter } from '../../operations/metric/process-metrics.ts'
import type { Row } from '../../operations/metric/histogram.ts'

declare module 'fastify' {
  interface FastifyInstance {
    meter: Meter
    /** Counts answers under the form of a path. Every route that is declared from here on has it. */
    countAnswers (url: string): onResponseHookHandler
  }
}

// Whoever tries all there are makes no series of them.
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']

/** `app.meter`, which counts the answers of each route by a hook of its own: a request that is asked for its route makes an object of a dozen properties. */
export default fp(async app => {
  const meter = new Meter()
  app.decorate('meter', meter)
  app.decorate('countAnswers', url => {
    const rows: Record<string, Row[]> = {}
    return ({ method }, reply, done) => {
      const label = methods.includes(method) && url !== '(none)' ? method : '(other)'
      const row = rows[label] ??= meter.answers(label, url)
      meter.answered(row[Math.floor(reply.statusCode / 100)]!, reply.elapsedTime)
      done()
    }
  })
  app.addHook('onRoute', route => { route.onResponse = [route.onResponse ?? [], app.countAnswers(route.url)].flat() })
}, { name: 'meter' })
