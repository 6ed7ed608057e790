import cors from '@fastify/cors'
import fp from 'fastify-plugin'

// What a page may read of an answer beside its body.
const exposedHeaders = [
  'allow', 'link', 'location', 'retry-after', 'traceparent', 'tracestate', 'www-authenticate',
  'x-presque-attempt', 'x-presque-duplicate', 'x-presque-job', 'x-presque-lease-expires',
  'x-presque-queue', 'x-presque-quiet', 'x-presque-receipt', 'x-request-id'
]

/** Lets web pages of the origins in PRESQUE_CORS_ORIGINS use presque (Fetch standard, "CORS protocol"). */
export default fp(async app => {
  const origin = app.config.PRESQUE_CORS_ORIGINS.split(',').filter(one => one !== '')
  if (origin.length > 0) await app.register(cors, { origin, methods: ['GET', 'POST', 'PUT', 'DELETE'], exposedHeaders, maxAge: 600 })
}, { name: 'cors', dependencies: ['config', 'error-handler'] })
