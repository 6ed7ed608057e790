import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test, type Test } from 'tap'
import { job } from '../../../operations/job/job.ts'
import { push } from '../../../operations/job/push.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { listSchedules } from '../../../operations/schedule/schedule.ts'
import { presque } from '../../support/server/command.ts'
import { place } from '../../support/redis/private-redis.ts'
import { until } from '../../support/until.ts'
import { listen } from '../../support/server/app.ts'
import { blocks } from './markdown.ts'

const home = fileURLToPath(new URL('../../../', import.meta.url))
const at = (text: string, url: string) => text.replaceAll('http://localhost:5000', url)

async function sh (lines: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const options = { cwd: home, env: { ...process.env, ...env } }
  const { stdout } = await promisify(execFile)('sh', ['-c', lines], options)
  return stdout
}

test('the example of docs/guide/dependencies.md puts in a job that waits for two', async t => {
  const { app, url } = await listen(t)
  const said = await sh(at(blocks('docs/guide/dependencies.md')[0]!, url))
  t.same(
    [...said.matchAll(/x-presque-job: (\d+)/gi)].map(([, id]) => id),
    ['1', '2', '3']
  )
  t.match(await job(app.redis, 'film', '3'), { state: 'blocked', payload: '{"join":true}' })
})

test('the examples of docs/guide/schedules.md set two schedules, and show one', async t => {
  const { app, url } = await listen(t)
  const said = await sh(at(blocks('docs/guide/schedules.md', 'sh')[0]!, url))
  t.notMatch(said, /"error":/)
  t.match(said, /"name":"nightly"/)
  const { schedules: all } = await listSchedules(app.redis, () => true, { offset: 0, limit: 9 })
  t.match(all, [
    { name: 'check', every: 60, overlap: 'skip' },
    { name: 'nightly', cron: '30 4 * * *', tz: 'Europe/Berlin' }
  ])
})

test('the examples of docs/guide/workers.md register a worker, and make it quiet', async t => {
  const { url } = await listen(t)
  for (const block of blocks('docs/guide/workers.md', 'sh')) t.equal(await sh(at(block, url)), '')
  const worker = await (await fetch(`${url}/w?worker_id=w1`)).json()
  t.match(worker, { worker_id: 'w1', version: '1.4.2', host: 'web-3', pid: 812, quiet: true })
})

test('the example of docs/operate/access.md makes a token, with which a job is pushed', async t => {
  const file = join(place(t), 'tokens.json')
  const lines = blocks('docs/operate/access.md', 'sh')[0]!
    .replaceAll(/\\\n */g, '')
    .trimEnd()
  const [, make, , curl] = lines.split('\n')
  const said = await sh(make!.replace('tokens.json', file).replace('npm run', 'npm run --silent'))
  const token = /presque_\S+/.exec(said)![0]
  const { app, url } = await listen(t, { PRESQUE_TOKENS: file })
  t.equal(await sh(at(curl!, url), { TOKEN: token }), '')
  t.match(await queueStatus(app.redis, 'mail'), { counts: { waiting: 1 } })
  t.match(await sh(at(curl!, url), { TOKEN: 'presque_other' }), /no such token/)
})

test('the policy of docs/reference/http.md is one', async t => {
  const { url } = await listen(t)
  const body = blocks('docs/reference/http.md', 'json').find(block => block.startsWith('{"tries"'))!
  t.equal((await fetch(`${url}/control/mail`, { method: 'POST', body })).status, 200)
  t.match(await (await fetch(`${url}/status/mail`)).json(), { policy: JSON.parse(body) as object })
})

/** The text without the parts that differ from one run to the next. */
function steady (text: string): string {
  return text
    .trimEnd()
    // Receipts first, for their hexadecimal digits may look like a time.
    .replaceAll(/\d-[0-9a-f]{16}-[0-9a-z]{8}/g, 'RECEIPT')
    .replaceAll(/\d{13}-\d+/g, 'PLACE')
    .replaceAll(/\d{10}(\.\d+)?/g, 'TIME')
}

const countLines = (text: string): number => text.trimEnd().split('\n').length

/** Runs a stream of the page until it has said as much as the page shows. Returns its text. */
async function stream (
  t: Test,
  command: string,
  shown: string,
  meanwhile: () => Promise<unknown>
): Promise<string> {
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit']
  const child = spawn('sh', ['-c', `exec ${command.trim()} -sS`], { stdio })
  t.teardown(() => child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', piece => {
    said += String(piece)
  })
  await until('it has begun', () => said.includes('retry:'))
  await meanwhile()
  await until('it has said all', () => countLines(said) >= countLines(shown))
  child.kill('SIGTERM')
  await once(child, 'exit')
  return said
}

test('the streams of docs/guide/events.md say what the page shows', async t => {
  const { app, url } = await listen(t)
  const [listening, events, consuming, delivery] = blocks('docs/guide/events.md')
  const said = await stream(t, at(listening!, url), events!, async () => {
    await push(app.redis, 'mail', [{ payload: '{}' }])
    await fetch(`${url}/q/mail/take?lease=30&worker_id=w1`, { method: 'POST' })
  })
  t.equal(steady(said), steady(events!))
  const consumed = await stream(t, at(consuming!, url), delivery!, async () => {
    await push(app.redis, 'mail', [{ payload: '{"to":"ann"}' }])
  })
  const second = delivery!.replace('id: 42', 'id: 2').replace('"id":"42"', '"id":"2"')
  t.equal(steady(consumed), steady(second))
})

// Servers, and what does not end by itself or needs another queue: tests of their own.
const apart = /^presque (doctor|serve|token|import|completion|run|top|pop mail --follow)/

/** The commands of the pages, a line each. */
function commandLines (...pages: string[]): string[] {
  const all = pages.flatMap(page => blocks(page, 'sh'))
  const lines = all.flatMap(block => block.trimEnd().split('\n'))
  return lines.filter(line => line.includes('presque ') && !apart.test(line))
}

// With no job of that id, or none that is on lease.
const refused = new RegExp(
  '^presque (ack|nack|errors mail 0|job mail|why|retry mail 42|cancel mail 42|push sum|' +
  'operations (show|pause|resume|abort|undo))'
)

/** The arguments of a line; files are those of the folder, and no wait is long. */
function argumentsOf (line: string, folder: string): string[] {
  const command = /presque (.*?)(?: [|<].*)?$/.exec(line)![1]!
  const found = [...command.matchAll(/'([^']*)'|(\S+)/g)]
  const words = found.map(([, quoted, plain]) => quoted ?? plain!)
  const isTime = (word: string): boolean => line.includes('--wait') && /^(30|60)$/.test(word)
  return words.map(word => (isTime(word) ? '0.1' : word.replace(/^@/, `@${folder}/`)))
}

const long = { timeout: 60_000 }

test('the commands of docs/reference/cli.md and of the tour do it, or say why', long, async t => {
  const { app, url } = await listen(t)
  const folder = place(t)
  writeFileSync(join(folder, 'job.json'), '{"n":1}\n')
  writeFileSync(join(folder, 'jobs.ndjson'), '{"n":1}\n{"n":2}\n')
  const lines = commandLines('docs/reference/cli.md', 'docs/guide/tour.md')
  t.ok(lines.length > 25, `${lines.length} commands`)
  for (const line of lines) {
    await push(app.redis, 'mail', [{ payload: '{}' }])
    const input = line.includes('ndjson <') ? '{"n":1}\n' : '{"n":1}'
    const { code, err } = await presque(url, argumentsOf(line, folder), { input })
    const isRefused = refused.test(line.replace(/^.*\| presque/, 'presque'))
    t.ok(isRefused ? [1, 3].includes(code) : code === 0, `${line}: ${code} ${err}`)
    if (isRefused) t.match(err, /^[^\n]*\n$/)
  }
})
