import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { test, type Test } from 'tap'
import { Presque } from '../../../client/client.ts'
import { freePort, startRedis } from '../../support/redis/redis.ts'
import { shipped } from '../../support/server/built.ts'
import { until } from '../../support/until.ts'

const jobs = 3000
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
// A busy machine needs long for all of it.
const limit = 50_000

const isThere = (command: string, ...args: string[]) => spawnSync(command, args).status === 0

// Without the options by which tap looks for coverage: who is killed cannot report any.
function start (t: Test, command: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn('/usr/bin/env', ['-u', 'NODE_OPTIONS', ...command], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore']
  })
  t.teardown(async () => await kill(child))
  return child
}

async function kill (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** A presque that is killed and started again on the same port and the same Redis. */
async function serverOf (t: Test): Promise<{ url: string, restart: () => Promise<void> }> {
  const { url: REDIS_URL } = await startRedis(t)
  const port = String(await freePort())
  const env = { REDIS_URL, HOST: '127.0.0.1', PORT: port, LOG_LEVEL: 'silent' }
  const url = `http://127.0.0.1:${port}`
  const serve = async () => {
    const child = start(t, [process.execPath, shipped('cli/serve.js')], env)
    child.stdout!.resume()
    const isUp = async () => await fetch(`${url}/status`).then(({ ok }) => ok, () => false)
    await until('presque serves', isUp, limit)
    return child
  }
  let child = await serve()
  const restart = async () => {
    await kill(child)
    child = await serve()
  }
  return { url, restart }
}

/** Stops a worker that has jobs, kills it, and tells how many it had. */
async function killWithJobs (worker: ChildProcess, held: () => Promise<number>): Promise<number> {
  for (;;) {
    worker.kill('SIGSTOP')
    // What it had sent before may still be on its way.
    let [before, now] = [-1, await held()]
    while (before !== now) {
      await delay(100)
      ;[before, now] = [now, await held()]
    }
    if (now > 0) {
      await kill(worker)
      return now
    }
    worker.kill('SIGCONT')
    await delay(5)
  }
}

async function flood (t: Test, command: (url: string) => string[]): Promise<void> {
  const { url, restart } = await serverOf(t)
  const presque = new Presque(url)
  for (let n = 0; n < jobs; n += 1000) {
    await presque.pushMany('flood', Array.from({ length: 1000 }, (_, i) => ({ n: n + i })))
  }
  const seen: number[] = []
  const work = () => {
    const child = start(t, command(url))
    createInterface(child.stdout!).on('line', line => seen.push(Number(line)))
    return child
  }
  const status = async () => await presque.status('flood')
  const first = work()
  await until('the first worker is at it', () => seen.length > 300, limit)
  const held = await killWithJobs(first, async () => (await status()).counts.active)
  const second = work()
  await until('the second worker is at it', () => seen.length > 1200, limit)
  await restart()
  await until('all is done', async () => (await status()).processed === jobs, limit)
  second.kill('SIGTERM')
  await once(second, 'exit')
  t.equal(second.exitCode, 0, 'it lived through the restart')
  t.strictSame(new Set(seen), new Set(Array.from({ length: jobs }, (_, n) => n)))
  const { counts, lost, failed } = await status()
  t.match(counts, { waiting: 0, active: 0, delayed: 0, failed: 0 })
  t.equal(failed, 0)
  t.ok(lost >= held, `${held} jobs were the killed worker's, ${lost} came back`)
  t.comment(`${seen.length} deliveries of ${jobs} jobs`)
}

const killed = 'a worker that is killed, and a server that is killed, lose no job: '

test(`${killed}TypeScript`, async t => {
  const client = pathToFileURL(shipped('client/client.js')).href
  await flood(t, url => [process.execPath, path('flood/worker.mjs'), client, url])
})

const noPython = isThere('python3', '--version') ? false : 'there is no python3 on this machine'

test(`${killed}Python`, { skip: noPython }, async t => {
  const clients = path('../../../clients/python')
  await flood(t, url => ['python3', '-B', path('flood/worker.py'), clients, url])
})

const noGo = isThere('go', 'version') ? false : 'there is no Go on this machine'

test(`${killed}Go`, { skip: noGo }, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'presque-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const program = join(folder, 'flood')
  // As go.test.ts does: nothing is fetched, and it need not run fast.
  const GOFLAGS = "-p=2 '-gcflags=all=-N -l' -ldflags=-w"
  const offline = { GOTOOLCHAIN: 'local', GOPROXY: 'off', GOWORK: 'off', CGO_ENABLED: '0', GOFLAGS }
  const env = { ...process.env, ...offline }
  execFileSync('go', ['build', '-o', program, './flood'], { cwd: path('go'), env })
  await flood(t, url => [program, url])
})
