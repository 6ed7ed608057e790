import { envSchema } from 'env-schema'
import { Config } from '../schemas/config.ts'
import { readTokens } from './access/token.ts'
import { parseRedisUrl } from './redis/url.ts'

const loopback = /^(127(\.\d+){3}|localhost|::1)$/

/** Reads the settings from the environment. Throws one sentence about the first bad variable. */
export function readConfig (environment: Record<string, unknown>): Config {
  const config = parse(environment)
  if (config.REDIS_URL !== '') parseRedisUrl(config.REDIS_URL)
  if (config.PRESQUE_TOKENS !== '') readTokens(config.PRESQUE_TOKENS)
  else if (!loopback.test(config.HOST) && config.PRESQUE_INSECURE !== '1') {
    throw new Error(`HOST is ${config.HOST}, and anybody who reaches it could take jobs: ` +
      'set PRESQUE_TOKENS to say who may, or PRESQUE_INSECURE=1 if the network keeps ' +
      'strangers out, or leave HOST at 127.0.0.1')
  }
  return config
}

function parse (environment: Record<string, unknown>): Config {
  const given = Object.keys(Config.properties).filter(name => {
    return environment[name] !== undefined && environment[name] !== ''
  })
  refuseOtherNumbers(given, environment)
  try {
    return envSchema<Config>({
      schema: Config,
      env: false,
      data: Object.fromEntries(given.map(name => [name, environment[name]]))
    })
  } catch (error) {
    throw new Error(sentence((error as { errors: SchemaError[] }).errors[0]!, environment))
  }
}

// The schema alone would read 0x10, 1e3 and ' 80' as numbers.
function refuseOtherNumbers (given: string[], environment: Record<string, unknown>): void {
  for (const name of given) {
    const { type } = (Config.properties as Record<string, { type?: string }>)[name]!
    const isNumber = type === 'integer' || type === 'number'
    if (!isNumber || /^-?\d+(\.\d+)?$/.test(String(environment[name]))) continue
    const error = { instancePath: `/${name}`, message: `must be ${type}` }
    throw new Error(sentence(error, environment))
  }
}

interface SchemaError { instancePath: string, message: string }

interface Choice { const?: string, minimum?: number, maximum?: number }

function sentence (
  { instancePath, message }: SchemaError, environment: Record<string, unknown>
): string {
  const name = instancePath.slice(1)
  const choices = (Config.properties as Record<string, { anyOf?: Choice[] }>)[name]?.anyOf
  const wanted = choices === undefined
    ? message
    : `must be one of ${choices.map(choiceText).filter(Boolean).join(', ')}`
  return `${name} ${wanted}; it is '${String(environment[name])}'`
}

function choiceText ({ const: word, minimum, maximum }: Choice): string {
  return word ?? `${minimum}..${maximum}`
}
