import { test, type Test } from 'tap'
import { commands } from '../../../cli/commands.ts'
import { presque } from '../../support/server/command.ts'
import { freePort } from '../../support/redis/redis.ts'
import { tokenFile } from '../../support/http/tokens.ts'
import { listen } from '../../support/server/app.ts'

const receipt = '1-5f2b6c1d0a9e8f77-g8zvpy2z'

/** One line of each command that asks the server, by what it asks it for. */
const lines: Record<string, string[][]> = {
  push: [['mail', '{}']],
  pop: [['mail'], ['a', 'b']],
  ack: [['mail', '7', receipt]],
  nack: [
    ['mail', '7', receipt],
    ['mail', '7', receipt, '--release']
  ],
  top: [[]],
  status: [[], ['mail']],
  jobs: [['mail']],
  job: [['mail', '7']],
  why: [['mail', '7']],
  retry: [
    ['mail', '7'],
    ['mail', '--all']
  ],
  cancel: [
    ['mail', '7'],
    ['mail', '--state', 'failed']
  ],
  stop: [['mail']],
  start: [['mail']],
  policy: [['mail'], ['mail', '--tries', '5']],
  purge: [['mail', '--yes']],
  errors: [[], ['mail']],
  latency: [['mail'], ['mail', '--by', 'hour']],
  forecast: [[], ['mail']],
  doctor: [[]],
  audit: [[], ['mail', '--who', 'ops']],
  operations: [
    ['list'],
    ['show', '1'],
    ['start', '--queue', 'mail'],
    ['pause', '1'],
    ['undo', '1'],
    ['abort', '1']
  ],
  schedule: [
    ['list'],
    ['show', 'report'],
    ['rm', 'report'],
    ['set', 'report', '--queue', 'mail', '--every', '60']
  ]
}

const all = Object.entries(lines).flatMap(([name, some]) => some.map(args => [name, ...args]))

/** Each line ends with this code and one sentence on standard error, and prints nothing. */
async function end (t: Test, url: string, some: string[][], code: number): Promise<void> {
  await Promise.all(
    some.map(async args => {
      const said = await presque(url, args, { input: '' })
      t.match(said, { code, out: '', err: /^(presque: [^\n]+\n)+$/ }, args.join(' '))
    })
  )
}

test('every command is here, but for those that ask no server by themselves', t => {
  const others = Object.keys(commands).filter(name => !(name in lines))
  t.strictSame(others, ['serve', 'run', 'token', 'import'])
  t.end()
})

test('wrong arguments are exit code 2 of every command, and nothing is asked for', async t => {
  const nowhere = `http://127.0.0.1:${await freePort()}`
  const alone = Object.keys(commands)
  await end(
    t,
    nowhere,
    alone.map(name => [name, '--no-such-option']),
    2
  )
  await end(
    t,
    nowhere,
    all.map(args => [...args, '--no-such-option']),
    2
  )
  const free = ['serve', 'top', 'status', 'errors', 'forecast', 'audit', 'doctor', 'operations']
  const needy = alone.filter(name => !free.includes(name))
  await end(
    t,
    nowhere,
    needy.map(name => [name]),
    2
  )
  const named = needy.filter(name => !['schedule', 'import', 'token'].includes(name))
  await end(
    t,
    nowhere,
    named.map(name => [name, 'a/b', '7', receipt]),
    2
  )
})

test('a server that is not there is exit code 4 of every command', async t => {
  await end(t, `http://127.0.0.1:${await freePort()}`, all, 4)
})

test('a token that is missing or not for this is exit code 5 of every command', async t => {
  const { path, secrets } = tokenFile(
    t,
    { name: 'ann', roles: ['read'], queues: ['other'] },
    { name: 'boss', roles: ['manage', 'read'], queues: ['*'] }
  )
  const { url } = await listen(t, { PRESQUE_TOKENS: path })
  await end(t, url, [...all, ['run', 'mail', '--quiet', '--', 'true']], 5)
  const env = { PRESQUE_TOKEN: secrets['ann']! }
  // What a list of such a token leaves out is not there by its name either.
  const lists = [
    'top', 'status', 'errors', 'forecast', 'doctor', 'schedule list', 'schedule show report',
    'operations list', 'operations show 1', 'operations pause 1'
  ]
  for (const args of all.filter(args => !lists.includes(args.join(' ')))) {
    t.match(await presque(url, args, { env, input: '' }), { code: 5, out: '' }, args.join(' '))
  }
  const show = ['schedule', 'show', 'report']
  t.match(await presque(url, show, { env, input: '' }), { code: 3 }, 'there is none')
  const boss = { PRESQUE_TOKEN: secrets['boss']! }
  t.match(
    await presque(url, ['schedule', 'set', 'report', '--queue', 'mail', '--every', '60'], {
      env: boss
    }),
    { code: 0 }
  )
  t.match(
    await presque(url, show, { env, input: '' }),
    { code: 5, out: '' },
    'there is one of another queue'
  )
})

test('a job or a queue that is not there is exit code 3', async t => {
  const { url } = await listen(t)
  await end(
    t,
    url,
    [
      ['pop', 'mail'],
      ['job', 'mail', '7'],
      ['why', 'mail', '7'],
      ['retry', 'mail', '7'],
      ['cancel', 'mail', '7'],
      ['schedule', 'show', 'report'],
      ['schedule', 'rm', 'report']
    ],
    3
  )
})

test('what presque refuses is exit code 1', async t => {
  const { url } = await listen(t)
  await presque(url, ['push', 'mail', '{}'])
  await end(
    t,
    url,
    [
      ['push', 'mail', '{}', '--priority', '11'],
      ['pop', 'mail', '--lease', '999999999'],
      ['ack', 'mail', '1', 'no_receipt'],
      ['nack', 'mail', '1', 'no_receipt'],
      ['job', 'mail', '1', '--wait', '999999'],
      ['policy', 'mail', '--tries', '0'],
      ['schedule', 'set', 'report', '--queue', 'mail', '--cron', '61 * * * *']
    ],
    1
  )
})

type Wrong = [args: string[], code: number, sentence: RegExp]

const wrong: Wrong[] = [
  [['pop', 'mail'], 3, /^no job$/],
  [['job', 'mail', '7'], 3, /^no such job$/],
  [['push', 'mail', '{}', '--priority', '11'], 1, /^priority must be/],
  [['push', 'a/b', '{}'], 2, /^a queue name is/],
  [['push', 'mail', '{"a":'], 2, /^this is not valid JSON/],
  [['push', 'mail', '[]'], 2, /^a job must be a JSON object/],
  [['push', 'mail'], 2, /^the job is missing/],
  [
    ['push'],
    2,
    /^something is missing: presque push <queue> \[job\]; 'presque push --help' shows how$/
  ],
  [
    ['push', 'mail', '{}', '--bogus'],
    2,
    /^unknown argument: bogus; 'presque push --help' shows how$/
  ],
  [
    ['push', 'mail', '{}', '--delay'],
    2,
    /^--delay needs a value; 'presque push --help' shows how$/
  ],
  [
    ['push', 'mail', '{}', '--delay', '5x'],
    2,
    /^--delay is a number of seconds, or a time such as 90s, 5m, 1h or 2d, not '5x'$/
  ],
  [['stop', 'mail', '--for', 'soon'], 2, /^--for is .* not 'soon'$/],
  [['policy', 'mail', '--rate', '5/x'], 2, /^--rate is .* not 'x'$/],
  [
    ['jobs', 'mail', '--state', 'bogus'],
    2,
    /^--state is one of waiting, delayed, blocked, active, failed, completed, retrying, not 'bogus'; 'presque jobs --help' shows how$/
  ],
  [
    ['top', '--sort', 'x'],
    2,
    /^--sort is one of queue, waiting, delayed, retrying, active, failed, oldest, in, out, not 'x'; 'presque top --help' shows how$/
  ],
  [['jobs', 'mail', '--limit', 'x'], 2, /^--limit is a whole number, not 'x'$/],
  [['schedule', 'frob'], 2, /^verb is one of list, show, set, rm, not 'frob'/],
  [['push', '.', '{}'], 2, /^a queue cannot be called '\.'$/],
  [['pop', 'mail', '..'], 2, /^a queue cannot be called '\.\.'$/],
  [['frob'], 2, /^unknown argument: frob; 'presque --help' shows how$/],
  [['job', 'mail', '../x'], 2, /^a job id is a number/],
  [['retry', 'mail'], 2, /^which one/],
  [['retry', 'mail', '1', '--text', 'a'], 2, /^filters and --dry-run go with --all$/],
  [['cancel', 'mail', '1', '--dry-run'], 2, /^filters and --dry-run go with --state$/],
  [['jobs', 'mail', '--text', 'a', '--offset', '1'], 2, /^a filter goes without --offset$/],
  [['jobs', 'mail', '--since', '5'], 2, /^--since is a time in epoch seconds, or an age such as/],
  [['jobs', 'mail', '--min-attempt', '0'], 2, /^--min-attempt is a whole number from 1 on/],
  [[], 2, /^which command/],
  [['purge', 'mail'], 2, /--yes/],
  [['run', 'mail'], 2, /^which program/],
  [['run', 'mail', '--', 'no-such-program'], 2, /no job was taken$/]
]

test('the exit code says what went wrong, and one sentence what to do', async t => {
  const { url } = await listen(t)
  const { path: file, secrets } = tokenFile(t, { name: 'reader', roles: ['read'], queues: ['*'] })
  const guarded = await listen(t, { PRESQUE_TOKENS: file })
  const nowhere = `http://127.0.0.1:${await freePort()}`
  const cases: Array<[string, ...Wrong, NodeJS.ProcessEnv?]> = [
    ...wrong.map((one): [string, ...Wrong] => [url, ...one]),
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
