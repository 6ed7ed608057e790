import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { GetError, ListAllErrors, ListErrors, type ErrorGroup } from '../schemas/error-group.ts'
import { errors } from '../operations/errors.ts'
import { byGrowth, errorGroup, errorGroups } from '../operations/failure/error-group.ts'
import type { Summary } from '../operations/queue/summary.ts'

type App = Parameters<FastifyPluginAsyncTypebox>[0]

const routes: FastifyPluginAsyncTypebox = async app => {
  listAllRoute(app)
  listRoute(app)
  groupRoute(app)
}

// Of each queue, and of the queues that fail most now. This bounds the work of a request.
const groupsOfEach = 20
const mostQueues = 1000

// Other clients of Redis have a turn between two batches of scripts.
const queuesAtOnce = 20

function listAllRoute (app: App): void {
  app.get('/errors', { schema: ListAllErrors, config: { role: 'read' } }, async request => {
    const failing = failingIn(await app.summaries.recent())
    const names = failing.filter(name => request.sees(name)).slice(0, mostQueues)
    const found: ErrorGroup[] = []
    for (let i = 0; i < names.length; i += queuesAtOnce) {
      const some = names.slice(i, i + queuesAtOnce)
      const lists = await Promise.all(
        some.map(async name => await errorGroups(app.redis, name, groupsOfEach))
      )
      found.push(...lists.flat())
    }
    return { errors: found.sort(byGrowth).slice(0, request.query.limit) }
  })
}

// Those with the most failures of the last minute first, then those with the most in all.
function failingIn ({ queues }: Summary): string[] {
  const failing = queues.filter(({ failed, lost }) => failed + lost > 0)
  const sorted = failing.sort((one, other) => {
    return other.failures_per_minute - one.failures_per_minute || other.failed - one.failed
  })
  return sorted.map(({ queue }) => queue)
}

function listRoute (app: App): void {
  app.get(
    '/errors/:queue',
    { schema: ListErrors, config: { role: 'read' } },
    async ({ params: { queue }, query: { limit } }) => {
      return { errors: (await errorGroups(app.redis, queue, 1000)).slice(0, limit) }
    }
  )
}

function groupRoute (app: App): void {
  app.get(
    '/errors/:queue/:fingerprint',
    { schema: GetError, config: { role: 'read' } },
    async ({ params: { queue, fingerprint } }) => {
      const found = await errorGroup(app.redis, queue, fingerprint)
      if (found === null) throw new errors.NO_SUCH_ERROR()
      return found
    }
  )
}

export default routes
