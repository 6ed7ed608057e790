import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { presque } from '../../support/server/command.ts'
import { isAlive, place } from '../../support/redis/private-redis.ts'
import { until } from '../../support/until.ts'
import { job, push, run, script, serve, state } from '../../support/server/runner.ts'

test('how a program ends is what becomes of its job', async t => {
  const { url } = await serve(t)
  const ids: Record<string, string> = {}
  const does = {
    json: "echo '[12345678901234567890, 1.0]'",
    words: 'echo hello; echo world',
    nothing: 'true',
    fails: 'echo why >&2; exit 3',
    final: 'exit 65',
    later: 'exit 75',
    killed: 'kill -9 $$',
    much: 'head -c 300000 /dev/zero'
  }
  // A payload holds no quote: as JSON it would be escaped, and the shell would see that.
  for (const [name, what] of Object.entries(does)) ids[name] = await push(url, what)
  const { log } = run(t, url)
  await until('all are through', () =>
    Object.values(ids).every(id => new RegExp(`"job":"${id}",.*"seconds"`).test(log()))
  )
  const text = await (await fetch(`${url}/j/mail/${ids['json']}`)).text()
  t.match(text, '"result":[12345678901234567890, 1.0]', 'JSON as it was written')
  t.match(await job(url, ids['words']!), { state: 'completed', result: 'hello\nworld' })
  t.match(await job(url, ids['nothing']!), { state: 'completed', result: null })
  t.match(await job(url, ids['fails']!), {
    state: 'delayed',
    failures: 1,
    last_error: { type: 'exit', message: 'exit code 3', backtrace: 'why\n' }
  })
  t.match(await job(url, ids['final']!), {
    state: 'failed',
    last_error: { message: 'exit code 65' }
  })
  t.match(await job(url, ids['later']!), { state: 'delayed', attempt: 0, failures: 0 })
  t.match(await job(url, ids['killed']!), {
    state: 'delayed',
    last_error: { type: 'signal', message: 'killed by SIGKILL' }
  })
  t.equal(
    (await job(url, ids['much']!))['result'].length,
    128 * 1024,
    'the beginning of a result that is too long'
  )
  t.match(log(), /"level":"said","msg":"why","queue":"mail","job":"4"/)
})

test('a program does not get the token of its worker', async t => {
  const { url } = await serve(t)
  await fetch(`${url}/q/mail?keep=600`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' }
  })
  run(t, url, {
    env: { ...process.env, PRESQUE_TOKEN: 'presque_secret' },
    args: ['-c', 'echo "[$PRESQUE_TOKEN] $PRESQUE_JOB"']
  })
  await state(url, '1', 'completed')
  t.equal((await job(url, '1'))['result'], '[] 1')
})

test('a program hears of its job by standard input, by a file and by the environment', async t => {
  const { url } = await serve(t)
  const body = '{ "n": 12345678901234567890 }'
  await fetch(`${url}/q/mail?keep=600`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' }
  })
  run(t, url, {
    args: [
      '-c',
      'cat; cat $PRESQUE_PAYLOAD_FILE; echo " $PRESQUE_QUEUE $PRESQUE_JOB $PRESQUE_ATTEMPT ' +
        // eslint-disable-next-line no-template-curly-in-string
        '$PRESQUE_WORKER ${#PRESQUE_RECEIPT} $(stat -c %a $PRESQUE_PAYLOAD_FILE)"'
    ]
  })
  await state(url, '1', 'completed')
  t.equal((await job(url, '1'))['result'], `${body}${body} mail 1 1 w1 27 600`)
  t.match(await (await fetch(`${url}/w/?worker_id=w1`)).json(), { queues: ['mail'] })
})

test('a program keeps its payload file when its queue is purged and another ' +
  'job has its id', async t => {
  const { url } = await serve(t)
  const folder = place(t)
  const told = (name: string) =>
    `touch ${folder}/${name}; until [ -e ${folder}/go ]; do sleep 0.02; done; ` +
      `cat $PRESQUE_PAYLOAD_FILE > ${folder}/of-${name}`
  const ended = (name: string) =>
    until(`${name} has read`, () => existsSync(join(folder, `of-${name}`)))
  run(t, url)
  for (const name of ['first', 'second']) {
    t.equal(await push(url, `trap : TERM; ${told(name)}`), '1')
    await until(`${name} runs`, () => existsSync(join(folder, name)))
    if (name === 'first') await fetch(`${url}/q/mail`, { method: 'DELETE' })
  }
  writeFileSync(join(folder, 'go'), '')
  for (const name of ['first', 'second']) {
    await ended(name)
    await until('it is whole', () => readFileSync(join(folder, `of-${name}`), 'utf8').endsWith('}'))
    t.match(readFileSync(join(folder, `of-${name}`), 'utf8'), `touch ${folder}/${name};`)
  }
})

test('a long job is kept; once it is cancelled, ' +
  'its program and what that started are ended', async t => {
  const { url } = await serve(t)
  const folder = place(t)
  const id = await push(url, `sleep 100 & echo $! > ${folder}/pid; wait`)
  const { log } = run(t, url, { lease: 1 })
  await until(
    'it runs',
    async () => (await job(url, id))['lease_expires_at'] > (await job(url, id))['run_at'] + 1.6
  )
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
  t.ok(isAlive(pid))
  t.equal((await job(url, id))['lost'], 0)
  await fetch(`${url}/j/mail/${id}`, { method: 'DELETE' })
  await until('it has ended', () => /"msg":"it was cancelled: ended"/.test(log()))
  t.notOk(isAlive(pid))
})

test('a program that takes too long is killed, even if it does not want to', async t => {
  const { url } = await serve(t)
  const id = await push(url, 'trap : TERM; echo here >&2; while :; do sleep 1; done')
  run(t, url, { timeout: 0.3, killAfter: 0.1 })
  await state(url, id, 'delayed')
  t.match(await job(url, id), {
    failures: 1,
    last_error: { type: 'timeout', message: 'it ran longer than 0.3 s', backtrace: /here/ }
  })
})

test('what a program leaves running ends with it', async t => {
  const { url } = await serve(t)
  const folder = place(t)
  const id = await push(url, `sleep 100 & echo $! > ${folder}/pid; echo left`)
  run(t, url)
  await state(url, id, 'completed')
  const left = Number(readFileSync(join(folder, 'pid'), 'utf8'))
  await until('it has ended', () => !isAlive(left))
  t.equal((await job(url, id))['result'], 'left')
})

test('a stop lets jobs end that do in time, and gives the others back; ' +
  'a second one hurries', async t => {
  const { url } = await serve(t)
  const folder = place(t)
  const quick = await push(url, `until [ -e ${folder}/go ]; do sleep 0.02; done; echo ended`)
  const slow = await push(url, 'sleep 100')
  const { runner } = run(t, url, { grace: 1000 })
  for (const id of [quick, slow]) await state(url, id, 'active')
  runner.stop('SIGTERM')
  const late = await push(url, 'true')
  writeFileSync(join(folder, 'go'), '')
  await state(url, quick, 'completed')
  t.equal((await job(url, slow))['state'], 'active')
  runner.stop('SIGTERM')
  await runner.finished
  t.match(await job(url, slow), { state: 'waiting', attempt: 0, failures: 0, lost: 0 })
  t.match(await job(url, late), { state: 'waiting', attempt: 0 }, 'it takes no more')
  t.equal((await fetch(`${url}/w/?worker_id=w1`)).status, 404, 'and has unregistered')
})

test('of several queues the first goes before, and an error of the server ends it', async t => {
  const { url } = await serve(t)
  for (const queue of ['low', 'high', 'low', 'high']) {
    await fetch(`${url}/q/${queue}`, {
      method: 'POST',
      body: '{"do":"true"}',
      headers: { 'content-type': 'application/json' }
    })
  }
  const { lines } = run(t, url, { queues: ['high', 'low'], concurrency: 1 })
  await until(
    'all are done',
    () => lines().filter(({ seconds }) => seconds !== undefined).length === 4
  )
  t.strictSame(
    lines()
      .filter(({ seconds }) => seconds !== undefined)
      .map(({ queue }) => queue),
    ['high', 'high', 'low', 'low']
  )
  await t.rejects(run(t, url, { wait: 3000 }).runner.finished, {
    message: 'wait must be seconds, from 0 to 60'
  })
})

test('a result or a failure that presque refuses is a failure with that sentence, ' +
  'without a retry, and is logged', async t => {
  const { url } = await serve(t, { PRESQUE_MAX_BODY: 1024 })
  const much = await push(url, 'head -c 2000 /dev/zero', 'tries=3')
  const fails = await push(url, 'head -c 2000 /dev/zero >&2; exit 3', 'tries=3')
  const { log } = run(t, url)
  for (const id of [much, fails]) await state(url, id, 'failed')
  t.match(await job(url, much), {
    attempt: 1,
    last_error: {
      type: 'refused',
      message: 'presque does not take the result of this job: the body is larger than 1024 bytes'
    }
  })
  t.match(await job(url, fails), {
    attempt: 1,
    last_error: {
      type: 'refused',
      message: 'presque does not take the failure of this job: the body is larger than 1024 bytes'
    }
  })
  await until(
    'both are logged',
    () =>
      (log().match(/does not take the (result|failure).*it has failed for good/g) ?? []).length ===
      2
  )
})

test('all jobs are kept with one request, and a cancel is heard of within five seconds ' +
  'whatever the lease', async t => {
  const { url } = await serve(t)
  const ids = [await push(url, 'sleep 100'), await push(url, 'sleep 100')]
  const { log } = run(t, url, { lease: 3600 })
  for (const id of ids) await state(url, id, 'active')
  const began = performance.now()
  for (const id of ids) await fetch(`${url}/j/mail/${id}`, { method: 'DELETE' })
  await until('both have ended', () => (log().match(/it was cancelled: ended/g) ?? []).length === 2)
  t.ok(performance.now() - began < 6000)
})

test('presque run ends by a signal, with 0', async t => {
  const { url } = await serve(t)
  const id = await push(url, 'kill -TERM $PPID; echo last')
  t.match(
    await presque(url, ['run', 'mail', '--worker-id', 'w2', '--', '/bin/bash', '-c', script]),
    { code: 0, err: /"msg":"SIGTERM: 1 jobs have 30 s to end"[^]*"msg":"stopped"/ }
  )
  t.match(await job(url, id), { state: 'completed', result: 'last' })
})
