import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import Fastify from 'fastify'
import fp from 'fastify-plugin'
import { test, type Test } from 'tap'
import presque, { options } from '../../../app.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { startRedis } from '../../support/redis/redis.ts'
import { shipped } from '../../support/server/built.ts'
import { until } from '../../support/until.ts'

const isThere = spawnSync('openssl', ['version']).status === 0
const skip = isThere ? false : 'there is no openssl on this machine'
const program = fileURLToPath(new URL('flood/worker.mjs', import.meta.url))

/** A certificate for localhost, signed by an authority that no system knows. */
function certificate (t: Test): { ca: string, key: string, cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'presque-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const at = (name: string) => join(folder, name)
  const make = (...args: string[]) => execFileSync('openssl', ['req', ...args, '-nodes'], {
    stdio: 'ignore'
  })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  make('-x509', ...key, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-subj', '/CN=test CA')
  make('-x509', ...key, '-keyout', at('key'), '-out', at('cert'), '-subj', '/CN=localhost',
    '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-addext', 'subjectAltName=DNS:localhost',
    '-addext', 'basicConstraints=critical,CA:FALSE')
  const read = (name: string) => readFileSync(at(name), 'utf8')
  return { ca: at('ca.pem'), key: read('key'), cert: read('cert') }
}

/** A worker in a process of its own, which trusts `ca` as well. */
function work (t: Test, url: string, ca?: string) {
  const env = { ...process.env, NODE_OPTIONS: '', ...(ca && { NODE_EXTRA_CA_CERTS: ca }) }
  const client = pathToFileURL(shipped('client/client.js')).href
  const child = execFile(process.execPath, [program, client, url], { env })
  const ended = once(child, 'close')
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, ended }
}

test('a worker in TypeScript works over https, with an authority of its user',
  { skip, timeout: 60_000 }, async t => {
    const { ca, ...https } = certificate(t)
    const { url: REDIS_URL } = await startRedis(t)
    const app = Fastify({ ...options, https } as unknown as typeof options)
    t.teardown(async () => await app.close())
    await app.register(fp(presque), { config: { LOG_LEVEL: 'silent', REDIS_URL } })
    const address = await app.listen({ host: '127.0.0.1', port: 0 })
    const url = `https://localhost:${new URL(address).port}`
    const jobs = Array.from({ length: 2000 }, (_, n) => ({ n }))
    await app.inject({ method: 'POST', url: '/qb/flood', payload: { jobs } })
    const status = async () => await queueStatus(app.redis, 'flood')

    const stranger = work(t, url)
    let connections = 0
    app.server.on('connection', () => connections++)
    await until('it tries again', () => connections > 2)
    t.match(await status(), { processed: 0 }, 'it trusts no authority that it does not know')
    stranger.child.kill('SIGKILL')

    const { child, ended } = work(t, url, ca)
    connections = 0
    await until('all is done', async () => (await status())?.processed === 2000, 40_000)
    t.ok(connections < 12, `${connections} connections: they are kept alive`)
    child.kill('SIGTERM')
    t.strictSame(await ended, [0, null])
  })
