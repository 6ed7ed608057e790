import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type Test } from 'tap'
import { queueStatus } from '../../operations/queue/queue.ts'
import { take } from '../../operations/job/take.ts'
import { jobs } from '../../operations/job/job.ts'
import { until } from '../fixtures/until.ts'
import { listen } from '../helper.ts'

/** The worker of the documentation in that language, in a file of this test alone. */
function worker (t: Test, language: string, ending = ''): string {
  const page = readFileSync(new URL('../../docs/guide/at-least-once.md', import.meta.url), 'utf8')
  const folder = mkdtempSync(join(tmpdir(), 'presque-worker-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, `worker.${language}`)
  writeFileSync(file, new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(page)![1]! + ending)
  return file
}

function run (t: Test, url: string, command: string, args: string[], errors?: string[]): ChildProcess {
  // In a group of its own, so that it ends with all it has started.
  const child = spawn(command, args, { env: { ...process.env, PRESQUE_URL: url }, stdio: ['ignore', 'ignore', errors ? 'pipe' : 'ignore'], detached: true })
  child.stderr?.on('data', piece => errors!.push(String(piece)))
  t.teardown(() => kill(child))
  return child
}

async function kill (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  process.kill(-child.pid!, 'SIGKILL')
  await once(child, 'exit')
}

test('the bash worker of the documentation acknowledges what went well, and gives up what did not', async t => {
  const { app, url } = await listen(t)
  for (const n of [0, 1, 0]) await fetch(`${url}/q/mail?tries=1`, { method: 'POST', body: `{"exit":${n}}`, headers: { 'content-type': 'application/json' } })
  run(t, url, 'bash', [worker(t, 'bash'), 'mail', 'grep', '-q', '"exit":0'])
  await until('all three are through', async () => {
    const { processed, counts } = await queueStatus(app.redis, 'mail')
    return processed === 2 && counts.failed === 1
  })
  const [failed] = await jobs(app.redis, 'mail', 'failed', { offset: 0, limit: 1 })
  t.same([failed!.payload, failed!.last_error], ['{"exit":1}', '{"message":"exit code 1"}'])
})

test('the bash worker of the documentation loses nothing when it is killed in mid-job', async t => {
  const { app, url } = await listen(t)
  await fetch(`${url}/q/mail`, { method: 'POST', body: '{"n":1}', headers: { 'content-type': 'application/json' } })
  const child = run(t, url, 'bash', [worker(t, 'bash'), 'mail', 'sleep', '1000'])
  await until('it works', async () => (await queueStatus(app.redis, 'mail')).counts.active === 1)
  await kill(child)
  const now = Date.now() / 1000
  t.same(await take(app.redis, 'mail', { lease: 5, now: now + 58 }), [])
  t.match(await take(app.redis, 'mail', { lease: 5, now: now + 61 }), [{ payload: '{"n":1}', lease: { attempt: 2 } }])
})

test('the Python worker of the documentation hands over results, and tells what it raised', async t => {
  const { url } = await listen(t)
  const ending = '\nwork("sum", lambda job: {"sum": sum(job["add"])})\n'
  run(t, url, 'python3', [worker(t, 'python', ending)])
  const ask = (body: string) => fetch(`${url}/q/sum?wait=30&tries=1`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  t.same(await (await ask('{"add":[1,2]}')).json(), { sum: 3 })
  const failed = await ask('{"add":[1,"x"]}')
  t.same([failed.status, await failed.json()], [422, { error: "the job failed: unsupported operand type(s) for +: 'int' and 'str'" }])
})

test('the Python worker of the documentation outlives what its handler returns and raises, and a job that is cancelled or lost', async t => {
  const { url } = await listen(t)
  const ending = `
def handle(job):
    exec(job["do"])
    return job.get("returns") and eval(job["returns"])
def cancel(id):
    call("DELETE", "/j/odd/" + id)
work("odd", handle)
`
  const errors: string[] = []
  run(t, url, 'python3', [worker(t, 'python', ending)], errors)
  const json = { 'content-type': 'application/json' }
  const push = async (body: object) => (await fetch(`${url}/q/odd?tries=1&keep=60`, { method: 'POST', body: JSON.stringify(body), headers: json })).headers.get('x-presque-job')!
  const cases: Array<[object, RegExp]> = [
    [{ do: 'pass', returns: '{1, 2}' }, /not JSON serializable/],
    [{ do: 'pass', returns: 'float("nan")' }, /not JSON compliant/],
    [{ do: 'raise SystemExit(3)' }, /^3$/],
    [{ do: 'pass', returns: '"x" * 2000000' }, /the body is larger than/],
    [{ do: 'raise ValueError("x" * 2000000)' }, /^x{9999}$/]
  ]
  for (const [job, message] of cases) {
    const id = await push(job)
    await until('it has failed', async () => (await (await fetch(`${url}/j/odd/${id}`)).json() as { state: string }).state === 'failed')
    t.match(await (await fetch(`${url}/j/odd/${id}`)).json(), { last_error: { message } })
  }
  await push({ do: 'cancel("6")' })
  await until('it is told', () => errors.join('').includes('no such job'))
  const id = await push({ do: 'pass', returns: '"well"' })
  await until('it is done', async () => (await (await fetch(`${url}/j/odd/${id}`)).json() as { state: string }).state === 'completed')
})

test('the bash worker of the documentation goes on when its job is cancelled meanwhile', async t => {
  const { app, url } = await listen(t)
  const push = async () => await fetch(`${url}/q/mail`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
  await push()
  const errors: string[] = []
  run(t, url, 'bash', [worker(t, 'bash'), 'mail', 'bash', '-c', 'curl -s -X DELETE "$PRESQUE_URL/j/mail/1"'], errors)
  await until('it is told', () => errors.join('').includes('not told: /j/mail/1/ack'))
  await push()
  await until('the next is done', async () => (await queueStatus(app.redis, 'mail')).processed === 1)
})
