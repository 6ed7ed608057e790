import { Type, type Static } from '@sinclair/typebox'

/** The colours that the dashboard has for the name of a presque. */
export const colours = ['red', 'amber', 'green', 'blue'] as const

/**
 * The environment presque reads. `.env.example` tells the same to people;
 * test/contract/tables.test.ts compares the two.
 */
export const Config = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', minLength: 1 }),
  PORT: Type.Integer({ default: 5000, minimum: 0, maximum: 65535 }),
  REDIS_URL: Type.String({ default: '' }),
  PRESQUE_PREFIX: Type.String({ default: 'presque', pattern: '^[A-Za-z0-9_.:-]{1,64}$' }),
  PRESQUE_DATA: Type.String({ default: './data', minLength: 1 }),
  PRESQUE_NAME: Type.String({ default: '', pattern: '^[ -~]{0,32}$' }),
  PRESQUE_COLOUR: Type.Union(
    [...colours, '' as const].map(colour => Type.Literal(colour)),
    { default: '' }
  ),
  PRESQUE_TOKENS: Type.String({ default: '' }),
  PRESQUE_CORS_ORIGINS: Type.String({
    default: '',
    pattern: '^$|^https?://[^/, ]+(,https?://[^/, ]+)*$'
  }),
  PRESQUE_HOSTS: Type.String({
    default: '',
    pattern: '^$|^(\\*\\.)?[A-Za-z0-9_.-]+(,(\\*\\.)?[A-Za-z0-9_.-]+)*$'
  }),
  PRESQUE_INSECURE: Type.Union([Type.Literal('0'), Type.Literal('1')], { default: '0' }),
  PRESQUE_MAX_BODY: Type.Integer({ default: 1024 * 1024, minimum: 2, maximum: 16 * 1024 * 1024 }),
  PRESQUE_MAX_WAIT: Type.Number({ default: 60, minimum: 0, maximum: 3600 }),
  PRESQUE_MIN_REPLICAS: Type.Integer({ default: 0, minimum: 0, maximum: 9 }),
  PRESQUE_MAX_QUEUES: Type.Integer({ default: 250_000, minimum: 1, maximum: 10_000_000 }),
  PRESQUE_MAX_SCHEDULES: Type.Integer({ default: 10_000, minimum: 1, maximum: 1_000_000 }),
  PRESQUE_MAX_STREAMS: Type.Integer({ default: 10_000, minimum: 1, maximum: 1_000_000 }),
  PRESQUE_MAX_WORKERS: Type.Integer({ default: 100_000, minimum: 1, maximum: 10_000_000 }),
  PRESQUE_PROCESSES: Type.Union([Type.Integer({ minimum: 1, maximum: 64 }), Type.Literal('auto')], {
    default: 1
  }),
  PRESQUE_HISTORY: Type.Union([Type.Literal('0'), Type.Literal('1')], { default: '1' }),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map(level =>
      Type.Literal(level)
    ),
    { default: 'info' }
  )
})
export type Config = Static<typeof Config>
