import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type Test } from 'tap'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { take } from '../../../operations/job/take.ts'
import { jobs } from '../../../operations/job/job.ts'
import { until } from '../../support/until.ts'
import { listen } from '../../support/server/app.ts'
import { blocks } from './markdown.ts'

const headers = { 'content-type': 'application/json' }

/** Pushes a job, and returns its id. */
async function push (queue: string, body: string): Promise<string> {
  const answer = await fetch(queue, { method: 'POST', body, headers })
  return answer.headers.get('x-presque-job')!
}

/** The worker of the documentation in that language, in a file of this test alone. */
function worker (t: Test, language: string, ending = ''): string {
  const folder = mkdtempSync(join(tmpdir(), 'presque-worker-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, `worker.${language}`)
  writeFileSync(file, blocks('docs/guide/at-least-once.md', language)[0]! + ending)
  return file
}

function run (
  t: Test,
  url: string,
  command: string,
  args: string[],
  errors?: string[]
): ChildProcess {
  // In a group of its own, so that it ends with all it has started.
  const env = { ...process.env, PRESQUE_URL: url }
  const stderr = errors ? 'pipe' : 'ignore'
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', stderr], detached: true })
  child.stderr?.on('data', piece => errors!.push(String(piece)))
  t.teardown(() => kill(child))
  return child
}

async function kill (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  process.kill(-child.pid!, 'SIGKILL')
  await once(child, 'exit')
}

test('the bash worker of the docs acks a job that went well, and nacks others', async t => {
  const { app, url } = await listen(t)
  for (const n of [0, 1, 0]) await push(`${url}/q/mail?tries=1`, `{"exit":${n}}`)
  run(t, url, 'bash', [worker(t, 'bash'), 'mail', 'grep', '-q', '"exit":0'])
  await until('all three are through', async () => {
    const { processed, counts } = await queueStatus(app.redis, 'mail')
    return processed === 2 && counts.failed === 1
  })
  const [failed] = await jobs(app.redis, 'mail', 'failed', { offset: 0, limit: 1 })
  t.same([failed!.payload, failed!.last_error], ['{"exit":1}', '{"message":"exit code 1"}'])
})

test('the bash worker of the docs loses nothing when it is killed in mid-job', async t => {
  const { app, url } = await listen(t)
  await push(`${url}/q/mail`, '{"n":1}')
  const child = run(t, url, 'bash', [worker(t, 'bash'), 'mail', 'sleep', '1000'])
  await until('it works', async () => (await queueStatus(app.redis, 'mail')).counts.active === 1)
  await kill(child)
  const now = Date.now() / 1000
  t.same(await take(app.redis, 'mail', { lease: 5, now: now + 58 }), [])
  const again = await take(app.redis, 'mail', { lease: 5, now: now + 61 })
  t.match(again, [{ payload: '{"n":1}', lease: { attempt: 2 } }])
})

test('the Python worker of the docs hands over results and exceptions', async t => {
  const { url } = await listen(t)
  const ending = '\nwork("sum", lambda job: {"sum": sum(job["add"])})\n'
  run(t, url, 'python3', [worker(t, 'python', ending)])
  const ask = async (body: string) => {
    return await fetch(`${url}/q/sum?wait=30&tries=1`, { method: 'POST', body, headers })
  }
  t.same(await (await ask('{"add":[1,2]}')).json(), { sum: 3 })
  const failed = await ask('{"add":[1,"x"]}')
  t.equal(failed.status, 422)
  const error = "the job failed: unsupported operand type(s) for +: 'int' and 'str'"
  t.same(await failed.json(), { error })
})

test('the Python worker of the docs outlives any handler, and a job that is cancelled', async t => {
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
  const odd = async (body: object) => {
    return await push(`${url}/q/odd?tries=1&keep=60`, JSON.stringify(body))
  }
  const show = async (id: string) => {
    return (await (await fetch(`${url}/j/odd/${id}`)).json()) as { state: string }
  }
  const cases: Array<[object, RegExp]> = [
    [{ do: 'pass', returns: '{1, 2}' }, /not JSON serializable/],
    [{ do: 'pass', returns: 'float("nan")' }, /not JSON compliant/],
    [{ do: 'raise SystemExit(3)' }, /^3$/],
    [{ do: 'pass', returns: '"x" * 2000000' }, /the body is larger than/],
    [{ do: 'raise ValueError("x" * 2000000)' }, /^x{9999}$/]
  ]
  for (const [job, message] of cases) {
    const id = await odd(job)
    await until('it has failed', async () => (await show(id)).state === 'failed')
    t.match(await show(id), { last_error: { message } })
  }
  await odd({ do: 'cancel("6")' })
  await until('it is told', () => errors.join('').includes('no such job'))
  const id = await odd({ do: 'pass', returns: '"well"' })
  await until('it is completed', async () => (await show(id)).state === 'completed')
})

test('the bash worker of the docs goes on when its job is cancelled meanwhile', async t => {
  const { app, url } = await listen(t)
  await push(`${url}/q/mail`, '{}')
  const errors: string[] = []
  const cancel = ['bash', '-c', 'curl -s -X DELETE "$PRESQUE_URL/j/mail/1"']
  run(t, url, 'bash', [worker(t, 'bash'), 'mail', ...cancel], errors)
  await until('it is told', () => errors.join('').includes('not told: /j/mail/1/ack'))
  await push(`${url}/q/mail`, '{}')
  const processed = async () => (await queueStatus(app.redis, 'mail')).processed
  await until('the next is completed', async () => (await processed()) === 1)
})
