import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { test, type Test } from 'tap'
import { listen } from '../support/server/app.ts'

const run = promisify(execFile)

const skip =
  spawnSync('curl', ['--version']).error === undefined
    ? false
    : 'curl is not installed: the examples of 2010 cannot be run'

/**
 * A shell in which `http://localhost:5000` is a presque of this test alone: what a line prints, and
 * the statuses behind it.
 */
async function shell (
  t: Test
): Promise<(line: string) => Promise<{ status: string; said: string }>> {
  const { url } = await listen(t)
  const port = new URL(url).port
  return async line => {
    const there = line
      .replaceAll('localhost:5000', `127.0.0.1:${port}`)
      .replace(/^curl /, "curl -sS -w '\\n%{http_code}' ")
    const { stdout } = await run('sh', ['-c', there])
    const end = stdout.lastIndexOf('\n')
    return { status: stdout.slice(end + 1), said: stdout.slice(0, end) }
  }
}

test('the 2010 examples of workers: register, ask, unregister', { skip }, async t => {
  const sh = await shell(t)
  const registered = await sh(
    "curl -H 'Content-Type: appplication/json' http://localhost:5000/w/foo -d " +
      '\'{"worker_id":"myworker_1"}\''
  )
  t.strictSame(registered, { status: '201', said: '' })
  const { status, said } = await sh('curl "http://localhost:5000/w/?worker_id=myworker_1"')
  t.equal(status, '200')
  const { started_at: startedAt, ...worker } = JSON.parse(said)
  t.ok(Math.abs(startedAt - Date.now() / 1000) < 60)
  t.match(worker, { worker_id: 'myworker_1', processed: '0', failed: '0' })
  t.equal(typeof worker.processed, 'string')
  t.strictSame(await sh('curl -X DELETE "http://localhost:5000/w/foo?worker_id=myworker_1"'), {
    status: '204',
    said: ''
  })
  t.equal((await sh('curl "http://localhost:5000/w/?worker_id=myworker_1"')).status, '404')
})

test('the 2010 examples of jobs: insert, take, purge and delete', { skip }, async t => {
  const sh = await shell(t)
  const insert =
    'curl -H \'Content-Type: application/json\' -X POST "http://localhost:5000/q/foo" -d ' +
      '\'{"key":"value"}\''
  t.strictSame(await sh(insert), { status: '201', said: '' })
  t.strictSame(await sh('curl http://localhost:5000/q/foo'), {
    status: '200',
    said: '{"key":"value"}'
  })
  t.strictSame(await sh('curl http://localhost:5000/q/foo'), {
    status: '404',
    said: '{"error":"no job"}'
  })
  await sh(insert)
  t.strictSame(await sh('curl -X DELETE http://localhost:5000/q/foo'), { status: '204', said: '' })
  t.strictSame(await sh('curl http://localhost:5000/q/foo'), {
    status: '404',
    said: '{"error":"no job"}'
  })
})

test('the 2010 example of a job that is delayed by 500 seconds', { skip }, async t => {
  const sh = await shell(t)
  const delay =
    "curl -H 'Content-Type: application/json' -X POST " +
      '"http://localhost:5000/q/foo?delayed="$(expr `date +%s` + 500) ' +
      '-d \'{"key":"value"}\''
  t.strictSame(await sh(delay), { status: '201', said: '' })
  t.strictSame(await sh('curl http://localhost:5000/q/foo'), {
    status: '404',
    said: '{"error":"no job"}'
  })
  const { said } = await sh('curl http://localhost:5000/status/foo')
  t.match(JSON.parse(said), { size: 0, counts: { delayed: 1 } })
})

test('the 2010 examples of control: stop, ask, start', { skip }, async t => {
  const sh = await shell(t)
  const set = (status: string) =>
    sh(
      `curl -X POST -H 'Content-Type: application/json' -d '{"status":"${status}"}' ` +
        'http://localhost:5000/control/foo'
    )
  const ask = () => sh('curl http://localhost:5000/control/foo')
  t.match(await set('stop'), { status: '200' })
  t.strictSame(JSON.parse((await ask()).said), { status: '0', queue: 'foo' })
  t.strictSame(JSON.parse((await set('stop')).said), { response: 'updated', queue: 'foo' })
  t.strictSame(JSON.parse((await set('start')).said), { response: 'updated', queue: 'foo' })
  t.strictSame(JSON.parse((await ask()).said), { status: '1', queue: 'foo' })
})

test('the 2010 examples of batches and counters', { skip }, async t => {
  const sh = await shell(t)
  const insert =
    'curl -H \'Content-Type: application/json\' -X POST "http://localhost:5000/qb/foo" -d ' +
      '\'{"jobs":[{"key":"value"},{"key":"other"}]}\''
  t.strictSame(await sh(insert), { status: '201', said: '' })
  t.strictSame(await sh('curl "http://localhost:5000/qb/foo?batch_size=10"'), {
    status: '200',
    said: '["{\\"key\\":\\"value\\"}","{\\"key\\":\\"other\\"}"]'
  })
  const { said } = await sh('curl http://localhost:5000/j/foo')
  t.strictSame(JSON.parse(said), {
    queue_name: 'foo',
    job_count: 0,
    job_failed: 0,
    job_processed: 2
  })
  t.strictSame(JSON.parse((await sh('curl http://localhost:5000/status/')).said), {
    queues: ['foo'],
    size: 1
  })
})

test('curl --head takes no job', { skip }, async t => {
  const sh = await shell(t)
  await sh(
    'curl -H \'Content-Type: application/json\' -X POST "http://localhost:5000/q/foo" -d ' +
      '\'{"key":"value"}\''
  )
  t.equal((await sh('curl -I http://localhost:5000/q/foo')).status, '405')
  t.strictSame(await sh('curl http://localhost:5000/q/foo'), {
    status: '200',
    said: '{"key":"value"}'
  })
})
