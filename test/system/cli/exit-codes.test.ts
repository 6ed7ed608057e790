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
  const needy = alone.filter(name => !['serve', 'top', 'status'].includes(name))
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
  const lists = ['top', 'status', 'schedule list', 'schedule show report']
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

test('what is not there is exit code 3', async t => {
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
