import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fp from 'fastify-plugin'
import { errors } from '../../operations/errors.ts'
import { onPages } from '../../schemas/header.ts'

// Only what this server itself serves, no script or style within the page, and no text ever becomes a program or markup.
const policy = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'", "base-uri 'none'", "form-action 'none'",
  "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"
].join('; ')

const headers = { 'content-security-policy': policy, ...onPages }

/** The dashboard at `/`: the files that the build of web/ leaves. It asks this server as any client does, so these hold no secret. */
export default fp<{ web?: string | null }>(async (app, { web = built() }) => {
  const hidden = { schema: { hide: true }, config: { role: 'open' as const } }
  if (web === null) {
    app.get('/', hidden, () => { throw new errors.NOT_BUILT() })
    return
  }
  for (const name of ['index.html', ...readdirSync(`${web}/assets`).map(name => `assets/${name}`)]) {
    const file = app.readFile(`${web}/${name}`)
    app.get(name === 'index.html' ? '/' : `/${name}`, hidden, async (_request, reply) => {
      return await reply.headers(headers).sendFromMemory(file)
    })
  }
  // A route has the error handler that there was when its plugin was done.
}, { name: 'dashboard', dependencies: ['auth', 'error-handler', 'static-files', 'method-not-allowed', 'security-headers'] })

// From the sources and from dist/ alike. web/ itself holds no assets before it is built.
function built (): string | null {
  return ['../../dist/web', '../../web'].map(path => fileURLToPath(new URL(path, import.meta.url))).find(path => existsSync(`${path}/assets`)) ?? null
}
