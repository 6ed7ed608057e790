import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test, type Test } from 'tap'
import { setPolicy } from '../../../operations/queue/policy.ts'
import { cancel } from '../../../operations/job/bulk.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { place } from '../../support/redis/private-redis.ts'
import { freePort } from '../../support/redis/redis.ts'
import { until } from '../../support/until.ts'
import { build, listen } from '../../support/server/app.ts'
import { blocks, read } from './markdown.ts'

const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const page = 'docs/guide/quickstart.md'
const tsx = [process.execPath, '--import', import.meta.resolve('tsx')]

// What runs a block of that language, and what it says.
const languages = {
  sh: { command: ['sh'], says: /^\{"to":"ann"\}$/ },
  bash: { command: ['bash'], says: /sending \{"to":"ann"\}\n$/ },
  ts: { command: tsx, says: /^\{ sent: 'ann' \}\n$/ },
  python: { command: ['python3', '-B'], says: /^\{'sent': 'ann'\}\n$/ },
  go: { command: ['go', 'run'], says: /^\{"sent":"ann"\} <nil>\n$/ }
}

test('every quick start has a test', async t => {
  const all = [...read(page).matchAll(/^```(\w+)$/gm)].map(([, language]) => language)
  t.strictSame(all, Object.keys(languages))
})

type Language = keyof typeof languages
interface Ended {
  code: number
  out: string
  err: string
}

const killSignal = 'SIGKILL'

const goModule = `module start

go 1.21

require presque v0.0.0

replace presque => ${at('clients/go')}
`

// No network: the clients of this folder are all that a program needs.
const environment = {
  NODE_OPTIONS: '',
  PYTHONPATH: at('clients/python'),
  GOTOOLCHAIN: 'local',
  GOPROXY: 'off',
  GOWORK: 'off',
  GOFLAGS: ''
}

const completed = { counts: { waiting: 0, active: 0, failed: 0 }, processed: 1 }

const names = Object.keys(languages) as Language[]
const missing = (language: Language) => {
  const [program] = languages[language].command
  return spawnSync(program!, ['--version']).error ? `there is no ${program} on this machine` : false
}

/** Runs the program of the page in that language against that presque. It must end by itself. */
async function start (t: Test, language: Language, url: string): Promise<Ended> {
  const cwd = place(t)
  const [program, ...flags] = languages[language].command
  const code = blocks(page, language)[0]!
  if (language === 'go') writeFileSync(join(cwd, 'go.mod'), goModule)
  const file = join(cwd, language === 'ts' ? 'start.mts' : `start.${language}`)
  const local = code.replaceAll('http://127.0.0.1:5000', url)
  writeFileSync(file, local.replace("'presque/client'", `'${at('client/client.ts')}'`))
  const env = { ...process.env, ...environment }
  const options = { cwd, env, timeout: 60_000, killSignal } as const
  return await new Promise((resolve, reject) => {
    execFile(program!, [...flags, file], options, (error, out, err) => {
      if (error?.killed) reject(new Error(`it does not end: ${out}${err}`))
      else resolve({ code: Number(error?.code ?? 0), out, err })
    })
  })
}

async function push (url: string, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  await fetch(`${url}/q/mail?tries=1`, { method: 'POST', body, headers })
}

for (const language of names) {
  test(`the quick start in ${language} does what it says`, { skip: missing(language) }, async t => {
    const { app, url } = await listen(t)
    const { code, out } = await start(t, language, url)
    t.equal(code, 0)
    t.match(out, languages[language].says)
    t.match(await queueStatus(app.redis, 'mail'), completed)
  })
}

// A shell goes on with the next line, and Go prints the error.
const codes: Record<Language, number> = { sh: 0, bash: 0, ts: 1, python: 1, go: 0 }

for (const language of names) {
  const skip = missing(language)
  test(`the quick start in ${language} says that its push is refused`, { skip }, async t => {
    // So that the take of the first one does not wait in vain.
    const { app, url } = await listen(t, language === 'sh' ? { PRESQUE_MAX_WAIT: 1 } : {})
    await setPolicy(app.redis, 'mail', { max_jobs: 1 })
    await push(url, '{"to":"bob"}')
    await setPolicy(app.redis, 'mail', { status: 'stop' })
    const { code, out, err } = await start(t, language, url)
    t.equal(code, codes[language])
    t.match(out + err, /the queue is full/)
    if (language === 'sh') t.match(out + err, /wait must be seconds.*POST is not allowed here/s)
    t.match(await queueStatus(app.redis, 'mail'), { counts: { waiting: 1 }, processed: 0 })
  })
}

for (const language of ['bash', 'ts', 'python', 'go'] as const) {
  const skip = missing(language)
  test(`the quick start in ${language} bears an outage at its start`, { skip }, async t => {
    const { app } = await listen(t)
    const port = await freePort()
    // One answer breaks off, when nothing listens any more; that lasts for a moment. Others that
    // were accepted in the same turn are destroyed as well.
    const broken = createServer(socket => socket.once('data', () => {
      broken.close()
      socket.destroy()
    }))
    broken.listen(port, '127.0.0.1')
    const served = once(broken, 'close').then(async () => {
      const other = await build(t, { REDIS_URL: app.config.REDIS_URL })
      const { port: first } = app.server.address() as AddressInfo
      if (language === 'bash') await push(`http://127.0.0.1:${first}`, '{"to":"ann"}')
      await other.listen({ host: '127.0.0.1', port })
    })
    const { code, out } = await start(t, language, `http://127.0.0.1:${port}`)
    await served
    t.equal(code, 0)
    t.match(out, languages[language].says)
    t.match(await queueStatus(app.redis, 'mail'), completed)
  })
}

for (const language of ['ts', 'python', 'go'] as const) {
  const skip = missing(language)
  test(`the quick start in ${language} ends when its job is cancelled`, { skip }, async t => {
    const { app, url } = await listen(t)
    await setPolicy(app.redis, 'mail', { status: 'stop' })
    const ended = start(t, language, url)
    const waiting = async () => (await queueStatus(app.redis, 'mail')).counts.waiting
    await until('its job is there', async () => (await waiting()) === 1, 30_000)
    await cancel(app.redis, 'mail', '1')
    const { code, out, err } = await ended
    t.equal(code, codes[language])
    t.match(out + err, /it will have no result/)
  })

  test(`the quick start in ${language} goes on after unreadable jobs`, { skip }, async t => {
    const { app, url } = await listen(t)
    for (const body of ['{}', '{"to":5}', '{"to":null}']) await push(url, body)
    const { code, out } = await start(t, language, url)
    t.equal(code, 0)
    t.match(out, languages[language].says)
    const { counts } = await queueStatus(app.redis, 'mail')
    t.match(counts, { waiting: 0, active: 0, failed: { ts: 0, python: 1, go: 1 }[language] })
  })
}
