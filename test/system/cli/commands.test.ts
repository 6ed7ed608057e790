import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'
import { environment } from '../../../cli/command/serve.ts'
import { commands } from '../../../cli/commands.ts'
import { Config } from '../../../schemas/config.ts'
import { presque } from '../../support/server/command.ts'
import { listen } from '../../support/server/app.ts'

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

test('jobs are searched, retried and cancelled by filters', async t => {
  const { url } = await listen(t)
  const run = async (...args: string[]) => (await presque(url, args)).out
  await presque(url, ['push', 'mail', '--ndjson'], {
    input: Array.from({ length: 1500 }, (_, n) => `{"n":${n}}\n`)
  })
  const ids = async (...args: string[]) => {
    const lines = (await run('jobs', 'mail', ...args)).split('\n').filter(line => line !== '')
    return lines.map(line => JSON.parse(line).id)
  }
  t.strictSame(await ids('--text', '"n":1499}'), ['1500'])
  t.strictSame(await ids('--text', ':99', '--order', 'desc', '--limit', '2'), ['1000', '999'])
  t.strictSame(await ids('--since', '1h', '--until', '1m'), [])
  t.equal((await ids('--since', '1273924034', '--limit', 'all')).length, 1500)
  const some = ['mail', '--state', 'waiting', '--text', ':99']
  t.equal(await run('cancel', ...some, '--dry-run'), '{"count":11,"dry":true}\n')
  t.equal(await run('cancel', ...some), '{"count":11}\n')
  t.equal(await run('retry', 'mail', '--all', '--min-attempt', '2'), '{"count":0}\n')
  const say = async (...args: string[]) => await presque(url, args, { terminal: true })
  t.match(await say('jobs', 'mail', '--worker', 'w1'), { err: 'presque: no job of mail matches\n' })
  t.match(await say('retry', 'mail', '--all', '--dry-run'), { out: '0 jobs would be retried\n' })
})

test('a stopped queue says so to each client that takes of it', async t => {
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

test('latency and forecast tell of a queue, in words and in lines of JSON', async t => {
  const { app, url } = await listen(t, { PRESQUE_HISTORY: '1' })
  const say = async (...args: string[]) => await presque(url, args, { terminal: true })
  t.match(await say('latency', 'mail'), { code: 0, out: '', err: 'presque: no job is on record\n' })
  await presque(url, ['push', 'mail', '{}'])
  await presque(url, ['push', 'mail', '{}', '--delay', '3h'])
  await presque(url, ['pop', 'mail', '--lease', '30', '--ack'])
  await app.meter.latencies!.flush(app.redis)
  const words = (await say('latency', 'mail')).out
  t.match(words, /^ *from +taken +p50 .*\n *\S+ +1 +\d+ ms +\d+ ms +\d+ ms +1 +\d+ ms/)
  t.match(JSON.parse((await presque(url, ['latency', 'mail', '--by', 'hour'])).out), {
    wait: { count: 1 }, run: { count: 1 }
  })
  const all = (await say('forecast')).out
  t.match(all, /^queue +waiting +delayed .*\nmail +0 +1 +0 +0 +- +nothing_taken\n$/)
  t.match(await say('forecast', 'mail', '--hours', '1'), {
    out: /^ *from +delayed .*\n( *\S+ +0 +0 +0 +- +-\n){2}$/,
    err: 'presque: no job was taken of late: how many will wait is not known\n'
  })
  t.match(JSON.parse((await presque(url, ['forecast', 'mail'])).out), { periods: { length: 25 } })
  const refused = { code: 2, err: /^presque: --limit is a whole number from 1 on, not '0'/ }
  for (const name of ['latency', 'forecast']) {
    const queue = name === 'latency' ? ['mail'] : []
    t.match(await say(name, ...queue, '--limit', '0'), refused)
  }
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
    'name',
    'colour',
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
