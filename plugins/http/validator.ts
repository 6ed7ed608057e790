import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import fp from 'fastify-plugin'
import type { FastifySchemaValidationError } from 'fastify'
import { errors, type ErrorCode } from '../../operations/errors.ts'

interface Property { type?: string, anyOf?: Property[] }
interface SchemaPart { properties: Record<string, Property> }

const decimal = /^-?\d+(\.\d+)?$/

const keywords = ['x-refusal', 'x-missing', 'x-together']

// Process-wide: it keeps what it has compiled, for all servers that a test starts.
const ajv = new Ajv({ useDefaults: true, verbose: true, keywords })

/**
 * Validates requests by the schemas of their routes. It coerces nothing but query parameters that
 * should be numbers, from plain decimals (not `0x10`, ` 1` or `1e3`). The `x-refusal` of a schema
 * names its error in operations/errors.ts.
 */
export default fp(async app => {
  app.setValidatorCompiler<SchemaPart>(({ schema, httpPart }) => {
    const validate = ajv.compile(schema)
    return httpPart === 'querystring' ? readingNumbers(validate, schema.properties) : validate
  })
  app.setSchemaErrorFormatter((found, part) => errorOf(found, part, app.config.PRESQUE_MAX_WAIT))
}, { name: 'validator', dependencies: ['config'] })

function readingNumbers (validate: ValidateFunction, properties: SchemaPart['properties']) {
  const numbers = Object.keys(properties).filter(name => isNumber(properties[name]!))
  return (query: Record<string, unknown>) => {
    for (const name of numbers) {
      const text = query[name]
      if (typeof text === 'string' && decimal.test(text)) query[name] = Number(text)
    }
    if (validate(query)) return { value: query }
    return { error: validate.errors as unknown as FastifySchemaValidationError[] }
  }
}

function isNumber ({ type, anyOf = [] }: Property): boolean {
  return type === 'number' || type === 'integer' || anyOf.some(isNumber)
}

function errorOf (found: unknown, part: string, maxWait: number): Error {
  const all = found as ErrorObject[]
  const first = all[0]!
  const { additionalProperty: property, limit } = first.params
  const parameter = part === 'querystring' ? unknownIn(first) : undefined
  if (parameter !== undefined) return new errors.UNKNOWN_PARAMETER(parameter)
  if (property !== undefined) return new errors.UNKNOWN_PROPERTY(property)
  if (first.keyword === 'maxItems') return new errors.TOO_MANY_JOBS(limit)
  // At the same place only: an error of a whole body says nothing about one of its properties.
  const here = all.filter(({ instancePath }) => instancePath === first.instancePath)
  const named = here.find(error => codeOf(error) !== undefined)
  if (named === undefined) {
    return new errors.INVALID(`${part}${first.instancePath} ${first.message}`)
  }
  return namedError(codeOf(named)!, named.data, maxWait)
}

function namedError (code: ErrorCode, data: unknown, maxWait: number): Error {
  // The sentence names the bound of this server, and not the value that the client sent.
  if (code === 'WAIT_INVALID') return new errors.WAIT_INVALID(maxWait)
  const Named = errors[code]
  const plain = new Named()
  return plain.message.includes('%s') ? new Named(shown(data)) : plain
}

// The validator reports a missing parameter before an unknown one; often both are one, misspelt.
function unknownIn ({ keyword, data, parentSchema }: ErrorObject): string | undefined {
  if (keyword !== 'required' && keyword !== 'additionalProperties') return undefined
  return Object.keys(data as object).find(name => !Object.hasOwn(parentSchema!['properties'], name))
}

// An object may have a toString of its own, or be too deep to write out.
function shown (data: unknown): string {
  if (Array.isArray(data)) return '[...]'
  return typeof data === 'object' && data !== null ? '{...}' : String(data).slice(0, 100)
}

function codeOf ({ instancePath, data, parentSchema, params }: ErrorObject): ErrorCode | undefined {
  const missing = parentSchema?.['properties']?.[params['missingProperty']]
  const own = parentSchema?.['x-refusal']
  if (missing !== undefined) return missing['x-missing'] ?? missing['x-refusal'] ?? own
  const isNoBody = data === null && instancePath === ''
  return (isNoBody ? parentSchema?.['x-missing'] : undefined) ?? own
}
