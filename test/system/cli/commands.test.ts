import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'
import { environment } from '../../../cli/command/serve.ts'
import { commands } from '../../../cli/commands.ts'
import { Config } from '../../../schemas/config.ts'
import { presque } from '../../support/server/command.ts'
import { place } from '../../support/redis/private-redis.ts'
import { freePort } from '../../support/redis/redis.ts'
import { tokenFile } from '../../support/http/tokens.ts'
import { listen } from '../../support/server/app.ts'

const odd = '{ "n": 12345678901234567890,  "a":1.0, "a":"\\u00e9", "__proto__":{} }'

test('a payload goes in and comes out byte for byte, however it is given', async t => {
  const { url } = await listen(t)
  const file = join(place(t), 'job.json')
  writeFileSync(file, `${odd}\n`)
  for (const [job, input] of [
    [odd, ''],
    ['-', `${odd}\n`],
    [`@${file}`, '']
  ] as const) {
    t.strictSame(await presque(url, ['push', 'mail', job], { input }), {
      code: 0,
      out: `{"queue":"mail","id":"${job === odd ? 1 : job === '-' ? 2 : 3}"}\n`,
      err: ''
    })
    t.strictSame(await presque(url, ['pop', 'mail']), { code: 0, out: `${odd}\n`, err: '' })
  }
  await presque(url, ['push', 'mail'], { input: '{\n  "pretty": [1,\n2]\n}' })
  t.match(
    await presque(url, ['jobs', 'mail']),
    { out: /^\{.*"payload":\{ {3}"pretty": \[1, 2\] \}\}\n$/ },
    'in a list a job is one line'
  )
  t.equal((await presque(url, ['pop', 'empty', 'mail'])).out, '{\n  "pretty": [1,\n2]\n}\n')
})

test('what a push says reaches the job', async t => {
  const { url } = await listen(t)
  t.equal(
    (
      await presque(url, [
        'push',
        'mail',
        '{}',
        '--delay',
        '60',
        '--priority',
        '1',
        '--tries',
        '3',
        '--uniq',
        '007',
        '--keep',
        '60'
      ])
    ).code,
    0
  )
  t.match(JSON.parse((await presque(url, ['job', 'mail', '1'])).out), {
    state: 'delayed',
    priority: 1,
    tries: 3
  })
  t.match(await presque(url, ['push', 'mail', '{}', '--uniq', '007']), {
    code: 1,
    err: 'presque: job already exists\n'
  })
  t.match(await presque(url, ['push', 'mail', '{}', '--uniq', '007', '--on-duplicate', 'ignore']), {
    code: 0,
    out: '{"queue":"mail","id":"1","duplicate":true}\n'
  })
  const keyed = ['push', 'mail', '{}', '--idempotency-key', 'k']
  t.equal((await presque(url, keyed)).out, (await presque(url, keyed)).out)
})

test('a push that waits prints the result as it was written, ' +
  'and says when there is none', async t => {
  const { url } = await listen(t)
  const waiting = presque(url, ['push', 'sum', '{}', '--wait', '30'])
  const { id, receipt } = JSON.parse(
    (await presque(url, ['pop', 'sum', '--lease', '30', '--wait', '30', '--json'])).out
  )
  t.equal((await presque(url, ['ack', 'sum', id, receipt, '{"sum": 3.0}'])).code, 0)
  t.strictSame(await waiting, { code: 0, out: '{"sum": 3.0}\n', err: '' })
  t.match(await presque(url, ['push', 'sum', '{}', '--wait', '0.05']), {
    code: 3,
    err: /^presque: job 2 has not finished yet: 'presque job sum 2 --wait 60' waits on\n$/
  })
  const failing = presque(url, ['push', 'div', '{}', '--wait', '30'])
  const taken = JSON.parse(
    (await presque(url, ['pop', 'div', '--lease', '30', '--wait', '30', '--json'])).out
  )
  t.match(await presque(url, ['nack', 'div', taken.id, taken.receipt, 'by zero', '--final']), {
    out: /"state":"failed"/
  })
  t.strictSame(await failing, { code: 1, out: '', err: 'presque: the job failed: by zero\n' })
})

test('lines go in as they are, in order; of a file with a bad line, nothing does', async t => {
  const { url } = await listen(t)
  const lines = Array.from({ length: 1201 }, (_, n) => `{ "n":${n}, "big":12345678901234567890 }`)
  t.match(
    await presque(url, ['push', 'mail', '--ndjson'], {
      input: [
        `${lines.slice(0, 600).join('\n').slice(0, 1003)}`,
        `${lines.join('\n').slice(1003)}\n\n`
      ]
    }),
    { code: 0, out: '{"queue":"mail","pushed":1201}\n', err: '' }
  )
  const { jobs } = (await (await fetch(`${url}/status/mail?with_desc=1&offset=700`)).json()) as {
    jobs: string[]
  }
  t.strictSame(jobs, lines.slice(700))
  const file = join(place(t), 'jobs.ndjson')
  writeFileSync(file, [...lines, '[1]'].join('\n'))
  t.strictSame(await presque(url, ['push', 'bad', '--ndjson', `@${file}`]), {
    code: 2,
    out: '',
    err: 'presque: line 1202: a job must be a JSON object\n'
  })
  t.match(await presque(url, ['push', 'bad', '--ndjson'], { input: [...lines, '{'].join('\n') }), {
    code: 2,
    err: /^presque: line 1202: this is not valid JSON: .*; the 1000 jobs before that are in bad\n$/
  })
  t.match(
    await presque(url, ['push', 'bad', '--ndjson'], { input: Buffer.from([0x7b, 0xff, 0x7d]) }),
    { code: 2, err: /^presque: line 1: a job must be UTF-8/ }
  )
  t.match(await presque(url, ['push', 'bad', '--ndjson', '--uniq', 'a'], { input: '' }), {
    code: 2
  })
  const keyed = () =>
    presque(url, ['push', 'once', '--ndjson', '--idempotency-key', 'k'], {
      input: '{"n":1}\n{"n":2}\n'
    })
  await keyed()
  t.equal((await keyed()).code, 0)
  t.match(
    await (await fetch(`${url}/status/once`)).json(),
    { size: 2 },
    'with a key it can be repeated'
  )
})

test('the exit code says what went wrong, and one sentence what to do', async t => {
  const { url } = await listen(t)
  const { path: file, secrets } = tokenFile(t, { name: 'reader', roles: ['read'], queues: ['*'] })
  const guarded = await listen(t, { PRESQUE_TOKENS: file })
  const nowhere = `http://127.0.0.1:${await freePort()}`
  const cases: Array<[string, string[], number, RegExp, NodeJS.ProcessEnv?]> = [
    [url, ['pop', 'mail'], 3, /^no job$/],
    [url, ['job', 'mail', '7'], 3, /^no such job$/],
    [url, ['push', 'mail', '{}', '--priority', '11'], 1, /^priority must be/],
    [url, ['push', 'a/b', '{}'], 2, /^a queue name is/],
    [url, ['push', 'mail', '{"a":'], 2, /^this is not valid JSON/],
    [url, ['push', 'mail', '[]'], 2, /^a job must be a JSON object/],
    [url, ['push', 'mail'], 2, /^the job is missing/],
    [
      url,
      ['push'],
      2,
      /^something is missing: presque push <queue> \[job\]; 'presque push --help' shows how$/
    ],
    [
      url,
      ['push', 'mail', '{}', '--bogus'],
      2,
      /^unknown argument: bogus; 'presque push --help' shows how$/
    ],
    [
      url,
      ['push', 'mail', '{}', '--delay'],
      2,
      /^--delay needs a value; 'presque push --help' shows how$/
    ],
    [
      url,
      ['push', 'mail', '{}', '--delay', '5x'],
      2,
      /^--delay is a number of seconds, or a time such as 90s, 5m, 1h or 2d, not '5x'$/
    ],
    [url, ['stop', 'mail', '--for', 'soon'], 2, /^--for is .* not 'soon'$/],
    [url, ['policy', 'mail', '--rate', '5/x'], 2, /^--rate is .* not 'x'$/],
    [
      url,
      ['jobs', 'mail', '--state', 'bogus'],
      2,
      /^--state is one of waiting, delayed, blocked, active, failed, completed, not 'bogus'; 'presque jobs --help' shows how$/
    ],
    [
      url,
      ['top', '--sort', 'x'],
      2,
      /^--sort is one of queue, waiting, delayed, active, failed, oldest, in, out, not 'x'; 'presque top --help' shows how$/
    ],
    [url, ['jobs', 'mail', '--limit', 'x'], 2, /^--limit is a whole number, not 'x'$/],
    [url, ['schedule', 'frob'], 2, /^verb is one of list, show, set, rm, not 'frob'/],
    [url, ['push', '.', '{}'], 2, /^a queue cannot be called '\.'$/],
    [url, ['pop', 'mail', '..'], 2, /^a queue cannot be called '\.\.'$/],
    [url, ['frob'], 2, /^unknown argument: frob; 'presque --help' shows how$/],
    [url, ['job', 'mail', '../x'], 2, /^a job id is a number/],
    [url, ['retry', 'mail'], 2, /^which one/],
    [url, [], 2, /^which command/],
    [url, ['purge', 'mail'], 2, /--yes/],
    [url, ['run', 'mail'], 2, /^which program/],
    [url, ['run', 'mail', '--', 'no-such-program'], 2, /no job was taken$/],
    [nowhere, ['status'], 4, /nothing listens there.*presque serve/],
    [guarded.url, ['status'], 5, /^a token is needed.*PRESQUE_TOKEN/],
    [
      guarded.url,
      ['push', 'mail', '{}'],
      5,
      /lacks the role 'produce'.*PRESQUE_TOKEN/,
      { PRESQUE_TOKEN: secrets['reader']! }
    ]
  ]
  for (const [at, args, code, sentence, env = {}] of cases) {
    const said = await presque(at, args, { env, ...(args[0] === 'purge' && { input: '' }) })
    t.equal(said.code, code, args.join(' '))
    t.match(said.err.replace(/^presque: /, '').trimEnd(), sentence)
    t.equal(said.out, '')
  }
})

test('a queue is looked at and managed', async t => {
  const { url } = await listen(t)
  const run = async (...args: string[]) => (await presque(url, args)).out
  await run('push', 'mail', '{}')
  await run('stop', 'mail', '--for', '600')
  t.match(await run('why', 'mail', '1'), '"reason":"stopped"')
  await run('start', 'mail')
  t.match(
    JSON.parse(
      await run(
        'policy',
        'mail',
        '--tries',
        '1',
        '--backoff',
        '5/600',
        '--rate',
        '100/60',
        '--max-jobs',
        '9'
      )
    ).policy,
    { tries: 1, backoff: { base: 5, max: 600 }, rate: { limit: 100, period: 60 }, max_jobs: 9 }
  )
  t.match(JSON.parse(await run('policy', 'mail', '--rate', 'default')).policy, {
    tries: 1,
    rate: null
  })
  await run('push', 'mail', '{}')
  const { id, receipt } = JSON.parse(await run('pop', 'mail', '--lease', '30', '--json'))
  await run('nack', 'mail', id, receipt, 'no')
  t.match(await run('jobs', 'mail', '--state', 'failed'), '"message":"no"')
  t.equal(await run('retry', 'mail', '--all'), '{"count":1}\n')
  t.match(await run('cancel', 'mail', '1'), 'cancelled')
  t.match(await run('status'), '"queue":"mail"')
  t.equal(await run('purge', 'mail', '--yes'), '{"queue":"mail","purged":true}\n')
  t.strictSame(await (await fetch(`${url}/status/`)).json(), { queues: [], size: 0 })
})

test('times may be said in minutes and hours, and every state can be asked for, ' +
  'page by page', async t => {
  const { url } = await listen(t)
  const run = async (...args: string[]) => (await presque(url, args)).out
  await run('push', 'mail', '{}', '--delay', '5m', '--keep', '1.5h')
  const { run_at: due, created_at: made } = JSON.parse(await run('job', 'mail', '1'))
  t.equal(Math.round(due - made), 300)
  t.match(
    JSON.parse(
      await run(
        'policy',
        'mail',
        '--lease',
        '2m',
        '--keep',
        '1d',
        '--backoff',
        '5s/10m',
        '--rate',
        '100/1m'
      )
    ).policy,
    { lease: 120, keep: 86_400, backoff: { base: 5, max: 600 }, rate: { limit: 100, period: 60 } }
  )
  await run('push', 'mail', '{}', '--depends', '1')
  t.match(JSON.parse(await run('jobs', 'mail', '--state', 'blocked')), {
    id: '2',
    state: 'blocked'
  })
  t.equal(await run('cancel', 'mail', '--state', 'blocked'), '{"count":1}\n')
  await presque(url, ['push', 'many', '--ndjson'], {
    input: Array.from({ length: 2100 }, (_, n) => `{"n":${n}}\n`)
  })
  const ids = async (...args: string[]) =>
    (await run('jobs', 'many', ...args))
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line).id)
  t.strictSame(
    await ids('--limit', 'all'),
    Array.from({ length: 2100 }, (_, n) => `${n + 1}`)
  )
  t.strictSame(
    await ids('--limit', '1500', '--offset', '10'),
    Array.from({ length: 1500 }, (_, n) => `${n + 11}`)
  )
  t.match(await presque(url, ['completion', '--help']), {
    code: 0,
    out: /^presque completion\n[^]*bashrc/
  })
})

test('a stopped queue says so to whoever takes of it', async t => {
  const { url } = await listen(t)
  await presque(url, ['push', 'mail', '{}'])
  await presque(url, ['stop', 'mail'])
  t.match(await presque(url, ['pop', 'mail']), {
    code: 3,
    err: "presque: mail is stopped: 'presque start mail' lets it give out jobs again\n"
  })
  await presque(url, ['start', 'mail'])
  t.match(
    await presque(url, ['pop', 'mail', 'post', '--wait', '9s', '--wait', '1s']),
    { code: 0, out: '{}\n' },
    'of several queues, with a time'
  )
})

test('on a terminal it speaks to people', async t => {
  const { url } = await listen(t)
  const say = async (...args: string[]) => (await presque(url, args, { terminal: true })).out
  t.equal(await say('push', 'mail', '{"to":"\\u001b[2J"}'), 'job 1 is in mail\n')
  t.match(await say('status'), /^queue +waiting +delayed .*\nmail +1 +0 +0 +0 /)
  t.match(await say('status', 'mail'), /^queue +mail\nwaiting +1\n/)
  t.match(await say('jobs', 'mail'), /^id +attempt .*\n +1 +0\/25 /)
  t.match(await say('why', 'mail', '1'), /^waiting: no worker has asked/)
  t.match(await say('job', 'mail', '1'), /^id +1\nqueue +mail\nstate +waiting\n/)
  t.equal(await say('cancel', 'mail', '1'), 'job 1 is gone\n')
})

test('a job that is printed with --ack is acknowledged then', async t => {
  const { url } = await listen(t)
  await presque(url, ['push', 'mail', '{"n":1}'])
  t.strictSame(await presque(url, ['pop', 'mail', '--ack']), { code: 0, out: '{"n":1}\n', err: '' })
  t.match(await (await fetch(`${url}/status/mail`)).json(), {
    counts: { active: 0, waiting: 0 },
    processed: 1
  })
})

test('every command shows how by example, and completes', async t => {
  for (const name of Object.keys(commands).filter(name => !['token', 'import'].includes(name))) {
    const { code, out } = await presque('', [name, '--help'])
    t.equal(code, 0)
    t.match(out, new RegExp(`^presque ${name}[^]*Examples:\\n  .*presque ${name}`), name)
  }
  t.match(await presque('', ['completion']), { code: 0, out: /--get-yargs-completions/ })
  t.match((await presque('', ['--get-yargs-completions', 'presque', ''])).out, /^push$/m)
  t.match(
    (await presque('', ['--get-yargs-completions', 'presque', 'push', '--'])).out,
    /^--priority$/m
  )
})

test('presque serve has an option for every setting', t => {
  const all = [
    'host',
    'port',
    'redis',
    'data',
    'prefix',
    'tokens',
    'cors-origins',
    'hosts',
    'max-body',
    'max-wait',
    'max-queues',
    'max-schedules',
    'max-streams',
    'max-workers',
    'min-replicas',
    'processes',
    'log-level'
  ]
  const given = environment({
    ...Object.fromEntries(all.map(name => [name, '1'])),
    insecure: true,
    'without-history': true
  })
  t.strictSame(Object.keys(given).sort(), Object.keys(Config.properties).sort())
  t.strictSame(environment({}), {})
  t.end()
})

/** All that is loaded with a file. */
function loads (path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen
  seen.add(path)
  for (const [, from] of readFileSync(path, 'utf8').matchAll(
    /^(?:import|export) (?!type\b).*?from '([^']+)'/gm
  )) {
    if (!from!.startsWith('.')) seen.add(from!)
    else if (from!.endsWith('.ts')) loads(resolve(dirname(path), from!), seen)
  }
  return seen
}

test('a push does not load the code of a server', t => {
  const at = (path: string) => fileURLToPath(new URL(`../../../cli/${path}`, import.meta.url))
  const seen = loads(at('command/push.ts'), loads(at('main.ts'), loads(at('presque.ts'))))
  t.strictSame(
    [...seen].filter(from => !from.startsWith('/') && !from.startsWith('node:')),
    ['yargs']
  )
  t.end()
})
