import cors from '@fastify/cors'
import fp from 'fastify-plugin'

// Headers of an answer that a page may read.
const exposedHeaders = [
  'allow', 'link', 'location', 'retry-after', 'traceparent', 'tracestate', 'www-authenticate',
  'x-presque-attempt', 'x-presque-duplicate', 'x-presque-job', 'x-presque-lease-expires',
  'x-presque-queue', 'x-presque-quiet', 'x-presque-receipt', 'x-request-id'
]

const methods = ['GET', 'POST', 'PUT', 'DELETE']

/** Lets web pages of PRESQUE_CORS_ORIGINS use presque (Fetch standard, "CORS protocol"). */
export default fp(async app => {
  const origin = app.config.PRESQUE_CORS_ORIGINS.split(',').filter(one => one !== '')
  if (origin.length === 0) return
  await app.register(cors, { origin, methods, exposedHeaders, maxAge: 600 })
}, { name: 'cors', dependencies: ['config', 'error-handler'] })
