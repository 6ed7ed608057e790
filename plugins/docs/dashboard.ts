import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fp from 'fastify-plugin'
import { errors } from '../../operations/errors.ts'
import { onPages } from '../../schemas/header.ts'

// Only files of this server, no script or style within the page, and no text becomes markup.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'"
].join('; ')

const headers = { 'content-security-policy': policy, ...onPages }

const hidden = { schema: { hide: true }, config: { role: 'open' as const } }

/**
 * The dashboard at `/`: the files that the build of web/ leaves. The page asks this server as any
 * client does, so the files hold no secret.
 */
export default fp<{ web?: string | null }>(async (app, { web = findBuild() }) => {
  if (web === null) {
    app.get('/', hidden, () => {
      throw new errors.NOT_BUILT()
    })
    return
  }
  const assets = readdirSync(`${web}/assets`).map(name => `assets/${name}`)
  for (const name of ['index.html', ...assets]) {
    const file = app.readFile(`${web}/${name}`)
    app.get(name === 'index.html' ? '/' : `/${name}`, hidden, async (_request, reply) => {
      return await reply.headers(headers).sendFromMemory(file)
    })
  }
}, {
  name: 'dashboard',
  // A route has the error handler that was set when its plugin was registered.
  dependencies: ['auth', 'error-handler', 'static-files', 'method-not-allowed', 'security-headers']
})

// From the sources and from dist/ alike. web/ itself holds no assets before it is built.
function findBuild (): string | null {
  const folders = ['../../dist/web', '../../web']
  const paths = folders.map(path => fileURLToPath(new URL(path, import.meta.url)))
  return paths.find(path => existsSync(`${path}/assets`)) ?? null
}
