import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { equal, match } from 'node:assert/strict'
import { freePort } from '../../support/redis/redis.ts'
import { until } from '../../support/until.ts'

// Packs presque, installs it as anybody would, and uses it: command, server, client.
const home = fileURLToPath(new URL('../../../', import.meta.url))
const place = mkdtempSync(join(tmpdir(), 'presque-package-'))
const step = (what: string, since: number) =>
  console.log(`${what}: ${((Date.now() - since) / 1000).toFixed(1)} s`)
const exec = (command: string, args: string[], options = {}) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'], ...options })

const packing = Date.now()
exec('npm', ['pack', '--pack-destination', place], { cwd: home })
step('npm pack', packing)
const tarball = join(
  place,
  readdirSync(place).find(name => name.endsWith('.tgz'))!
)
const installing = Date.now()
const said = exec('sh', [
  '-c',
  'npm install -g --prefix "$0" "$1" --no-audit --no-fund 2>&1',
  join(place, 'global'),
  tarball
])
step('npm install -g', installing)
equal(/EBADENGINE/.test(said), false, said)

const port = await freePort()
const env = {
  ...process.env,
  PRESQUE_URL: `http://127.0.0.1:${port}`,
  PORT: String(port),
  PRESQUE_DATA: join(place, 'data'),
  REDIS_URL: '',
  NODE_OPTIONS: ''
}
const bin = join(place, 'global', 'bin', 'presque')
const presque = (...args: string[]) => exec(bin, args, { env })
const server = spawn(bin, ['serve', '--log-level', 'error'], { env, stdio: 'inherit', cwd: place })
try {
  await until(
    'it serves',
    async () =>
      await fetch(`${env.PRESQUE_URL}/health/ready`).then(
        ({ ok }) => ok,
        () => false
      ),
    30_000
  )
  match(await (await fetch(env.PRESQUE_URL)).text(), /<html/, 'the dashboard is there')
  const pushing = Date.now()
  match(presque('push', 'mail', '{ "n":1 }'), /"id":"1"/)
  step('presque push', pushing)
  equal(presque('pop', 'mail'), '{ "n":1 }\n')
  presque('push', 'mail', '{"to":"ann"}', '--keep', '60')
  const runner = spawn(bin, ['run', 'mail', '--', 'cat'], { env, stdio: 'ignore' })
  await until(
    'the job is done',
    () => /"state":"completed"/.test(presque('job', 'mail', '2')),
    30_000
  )
  runner.kill('SIGTERM')
  match(presque('job', 'mail', '2'), /"result":\{"to":"ann"\}/)
  client()
  console.log('all well')
} finally {
  server.kill('SIGTERM')
  await new Promise(resolve => server.once('exit', resolve))
  rmSync(place, { recursive: true, force: true })
}

// With its types, as a program outside would.
function client (): void {
  exec('npm', ['init', '-y'], { cwd: place })
  exec('npm', ['install', tarball, '--no-audit', '--no-fund'], { cwd: place })
  writeFileSync(
    join(place, 'use.mts'),
    "import { Presque, type Pushed } from 'presque/client'\n" +
      `const pushed: Pushed = await new Presque({ url: '${env.PRESQUE_URL}' }).push('mail', { n: ` +
      '1 })\nconsole.log(pushed.id)\n'
  )
  exec(
    process.execPath,
    [
      join(home, 'node_modules/typescript/bin/tsc'),
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--strict',
      '--skipLibCheck',
      'false',
      '--lib',
      'es2023,dom,dom.iterable',
      '--ignoreConfig',
      'use.mts'
    ],
    { cwd: place }
  )
  equal(exec(process.execPath, ['use.mjs'], { cwd: place }), '3\n')
}
