import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { errors } from '../../operations/errors.ts'
import { commonKeys, queueKeys, scheduleKeys } from '../../operations/redis/keys.ts'

/**
 * What others rely on, and what a change of the house must not move by accident. A change that is
 * meant to move it writes pins.json anew (`PINS=write npx tap test/contract.test.ts`): the diff
 * says what has moved.
 */
export interface Pins {
  /** The plugins in the order in which they are registered, and so the order of their hooks. */
  plugins: string[]
  /** A hash of each operation of the OpenAPI document, without its prose. */
  operations: Record<string, string>
  metrics: string[]
  keys: string[]
  /** The status and the sentence of each error. */
  errors: Record<string, string>
}

export async function pins (app: FastifyInstance): Promise<Pins> {
  return {
    plugins: plugins(app),
    operations: operations(app),
    metrics: await metrics(app),
    keys: [queueKeys, scheduleKeys, commonKeys].flatMap(keys => Object.keys(keys)),
    errors: Object.fromEntries(
      Object.entries(errors).map(([code, RequestError]) => {
        const { statusCode, message } = new RequestError()
        return [code, `${statusCode} ${message}`]
      })
    )
  }
}

// Fastify's tree, a line each: branches, name, and how many ms it took.
function plugins (app: FastifyInstance): string[] {
  const names = [...app.printPlugins().matchAll(/^\W*([\w/@-]+) \d+ ms$/gm)].map(match => match[1]!)
  return names.filter(name => !/^(root|autoload|presque.*|function)$/.test(name))
}

function operations (app: FastifyInstance): Record<string, string> {
  const { paths } = JSON.parse(JSON.stringify(app.swagger())) as {
    paths: Record<string, Record<string, object>>
  }
  const all = Object.entries(paths).flatMap(([path, methods]) => {
    return Object.entries(methods).map(
      ([method, operation]) => [`${method} ${path}`, hash(withoutProse(operation))] as const
    )
  })
  return Object.fromEntries(all)
}

// A property may be called `description` as well: its value is a schema, never text.
function withoutProse (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProse)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([name, inner]) => !isProse(name, inner))
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutProse(inner)]))
}

function isProse (name: string, value: unknown): boolean {
  return ['description', 'summary'].includes(name) && typeof value === 'string'
}

async function metrics (app: FastifyInstance): Promise<string[]> {
  await app.inject({ method: 'POST', url: '/q/mail', payload: {} })
  const { body } = await app.inject('/metrics')
  return [...body.matchAll(/^# TYPE (.+)$/gm)].map(match => match[1]!).toSorted()
}

function hash (value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return createHash('sha1').update(text).digest('hex').slice(0, 12)
}
