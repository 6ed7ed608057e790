import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import fp from 'fastify-plugin'
import type { FastifySchemaValidationError } from 'fastify'
import { errors, type ErrorCode } from '../../operations/errors.ts'

interface Property { type?: string, anyOf?: Property[] }
interface SchemaPart { properties: Record<string, Property> }

const decimal = /^-?\d+(\.\d+)?$/

// Of all servers in this process: it keeps what it has compiled.
const ajv = new Ajv({ useDefaults: true, verbose: true, keywords: ['x-refusal', 'x-missing', 'x-together'] })

/**
 * Checks what comes in against the route's schemas, with no coercion but one: query parameters that should be numbers
 * are read from plain decimals (`0x10`, ` 1` and `1e3` are none). A schema's `x-refusal` names its line in errors.ts.
 */
export default fp(async app => {
  app.setValidatorCompiler<SchemaPart>(({ schema, httpPart }) => {
    const validate = ajv.compile(schema)
    return httpPart === 'querystring' ? readingNumbers(validate, schema.properties) : validate
  })
  app.setSchemaErrorFormatter((found, part) => refusal(found, part, app.config.PRESQUE_MAX_WAIT))
}, { name: 'validator', dependencies: ['config'] })

function readingNumbers (validate: ValidateFunction, properties: SchemaPart['properties']) {
  const numbers = Object.keys(properties).filter(name => isNumber(properties[name]!))
  return (query: Record<string, unknown>) => {
    for (const name of numbers) {
      const text = query[name]
      if (typeof text === 'string' && decimal.test(text)) query[name] = Number(text)
    }
    return validate(query) ? { value: query } : { error: validate.errors as unknown as FastifySchemaValidationError[] }
  }
}

function isNumber ({ type, anyOf = [] }: Property): boolean {
  return type === 'number' || type === 'integer' || anyOf.some(isNumber)
}

function refusal (found: unknown, part: string, mostWait: number): Error {
  const all = found as ErrorObject[]
  const first = all[0]!
  const { additionalProperty, limit } = first.params as { additionalProperty?: string, limit?: number }
  const parameter = part === 'querystring' ? unknownIn(first) : undefined
  if (parameter !== undefined) return new errors.UNKNOWN_PARAMETER(parameter)
  if (additionalProperty !== undefined) return new errors.UNKNOWN_PROPERTY(additionalProperty)
  if (first.keyword === 'maxItems') return new errors.TOO_MANY_JOBS(limit)
  // Of that place alone: what a body as a whole should be says nothing about a property of it.
  const named = all.find(error => error.instancePath === first.instancePath && code(error) !== undefined)
  if (named === undefined) return new errors.INVALID(`${part}${first.instancePath} ${first.message}`)
  const Refusal = errors[code(named)!]
  // The sentence names the bound of this server, and not what was sent.
  if (Refusal === errors.WAIT_INVALID) return new errors.WAIT_INVALID(mostWait)
  const plain = new Refusal()
  return plain.message.includes('%s') ? new Refusal(shown(named.data)) : plain
}

// A required parameter is missed before an unknown one is seen, and that is often the same one, misspelt.
function unknownIn ({ keyword, data, parentSchema }: ErrorObject): string | undefined {
  if (keyword !== 'required' && keyword !== 'additionalProperties') return undefined
  return Object.keys(data as object).find(name => !Object.hasOwn(parentSchema!['properties'], name))
}

// An object may have a toString of its own, or be too deep to write out.
function shown (data: unknown): string {
  if (Array.isArray(data)) return '[...]'
  return typeof data === 'object' && data !== null ? '{...}' : String(data).slice(0, 100)
}

function code ({ instancePath, data, parentSchema, params }: ErrorObject): ErrorCode | undefined {
  const missing = parentSchema?.['properties']?.[params['missingProperty']]
  if (missing !== undefined) return missing['x-missing'] ?? missing['x-refusal'] ?? parentSchema?.['x-refusal']
  return (data === null && instancePath === '' ? parentSchema?.['x-missing'] : undefined) ?? parentSchema?.['x-refusal']
}
