import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Redis } from 'ioredis'
import { test } from 'tap'
import { push } from '../../../../operations/job/push.ts'
import { take } from '../../../../operations/job/take.ts'
import { unpipelined } from '../../../../operations/redis/client.ts'
import { scriptKey } from '../../../../operations/redis/keys.ts'
import { words, type Source } from '../../../../operations/redis/assemble.ts'
import {
  assemble,
  commands,
  compile,
  labelOf,
  script,
  verbs,
  type Arguments
} from '../../../../operations/redis/script.ts'
import { build } from '../../../support/server/app.ts'

const house = fileURLToPath(new URL('../../../../', import.meta.url))
const names = readdirSync(join(house, 'lua'), { recursive: true, encoding: 'utf8' })
const sources = names.filter(name => name.endsWith('.lua')).map(name => read(`lua/${name}`))
const parts = sources.filter(({ file }) => file.startsWith('lua/parts/'))

function read (file: string): Source {
  return { file, text: readFileSync(join(house, file), 'utf8') }
}

/** A script that is in no file. */
function written (text: string): Source {
  return { file: 'written', text }
}

test('assemble() makes locals of what the header names', async t => {
  const redis = (await build(t)).redis as Redis
  const source = written(
    '-- Says it.\n-- keys: ready jobs\n-- args: one two\nreturn { ready, jobs, one, two }\n'
  )
  const { keys, args, lua } = assemble(source)
  t.strictSame(keys, ['ready', 'jobs'])
  t.strictSame(args, ['one', 'two'])
  const [a, b] = ['a', 'b'].map(key => `${redis.options.keyPrefix}${key}`)
  t.strictSame(await redis.call('EVAL', lua, 2, 'a', 'b', 'c', 'd'), [a, b, 'c', 'd'])
})

test('assemble() gives the last argument all that follow, however many', async t => {
  const redis = (await build(t)).redis as Redis
  const { lua } = assemble(
    written('-- args: one ...rest\nreturn { one, #rest, rest[1] or false, rest[#rest] or false }\n')
  )
  t.strictSame(await redis.call('EVAL', lua, 0, 'a'), ['a', 0, null, null])
  const many = Array.from({ length: 50_000 }, (_, i) => String(i))
  t.strictSame(await redis.call('EVAL', lua, 0, 'a', ...many), ['a', 50_000, '0', '49999'])
})

test('assemble() takes in the parts that are used, and works with an empty header', async t => {
  const redis = (await build(t)).redis as Redis
  t.equal(
    await redis.call(
      'EVAL',
      assemble(written('-- args: now\n-- use: read_clock\nreturn read_clock(now)\n')).lua,
      0,
      '5'
    ),
    5
  )
  t.equal(await redis.call('EVAL', assemble(written('return 7\n')).lua, 0), 7)
})

test('assemble() makes a part that is used rarely when it is called', async t => {
  const redis = (await build(t)).redis as Redis
  const call = "redis.call('SET', queue.keys.jobs, pack_record(1, 'one'))\n"
  const text = '-- keys: jobs\n-- rarely: pack_record payload_of\n' +
    `${call}return payload_of(redis.call('GET', jobs))\n`
  const { lua } = assemble(written(text))
  t.match(lua, 'if not made_payload_of then')
  t.equal(await redis.call('EVAL', lua, 1, 'a'), 'one')
  t.notMatch(
    assemble(written(text.replace('jobs\n', 'jobs\n-- use: payload_of\n'))).lua,
    'made_payload_of'
  )
})

test('assemble() gives a script its own keys and those of all its parts', async t => {
  t.strictSame(
    assemble(written('-- keys: policy jobs\n-- use: save_idempotent\nsave_idempotent(queue, {})\n'))
      .keys,
    ['idempotency', 'remembered', 'policy', 'jobs']
  )
})

test('assemble() refuses a header that names what there is not', async t => {
  const refused = (text: string): string => {
    try {
      assemble(written(text))
    } catch (error) {
      return (error as Error).message
    }
    return ''
  }
  t.equal(
    refused('-- keys: ready unheard_of\n'),
    'written: no such key in operations/redis/keys.ts: unheard_of'
  )
  t.equal(
    refused('-- keys: jobs\nreturn queue.keys.ready\n'),
    'written: its header lacks keys.ready, which its lines use'
  )
  t.equal(
    refused('return limits.nothing\n'),
    'written: no such limit in operations/redis/script-limits.ts: nothing'
  )
  t.equal(refused('-- use: unheard_of\n'), 'written: no such part in lua/parts: unheard_of')
  t.equal(refused('-- use: push\n'), 'written: no such part in lua/parts: push')
  t.equal(
    refused('-- args: publish\n-- use: publish\n'),
    'written: publish is a part, and cannot be a key or an argument as well'
  )
})

test('assemble() puts numbers where a script says limits', async t => {
  const redis = (await build(t)).redis as Redis
  const source = 'return { limits.answer_bytes, -limits.batch, limits.urgent_scores }\n'
  t.strictSame(await redis.call('EVAL', assemble(written(source)).lua, 0), [
    8_388_608,
    -1000,
    '(5e13'
  ])
})

test('compile() refuses a name that is no verb', async t => {
  t.throws(() => compile('no_such_verb'), { message: 'no script is named no_such_verb' })
  t.throws(() => compile('publish'), { message: 'no script is named publish' })
})

test('a script refuses an argument that its header does not name', async t => {
  const { redis } = await build(t)
  await t.rejects(script('status')(redis, 'mail', { limit: 1 }), {
    message: 'the script status takes now, but was given limit'
  })
  await t.rejects(script('status')(redis, 'mail', { now: 1, limit: 1 }), {
    message: /was given now, limit$/
  })
  t.ok(await script('status')(redis, 'mail', {}), 'and takes nothing for what is left out')
})

test('every line of a compiled script is a line of its source', async t => {
  const { lua, place } = compile('take')
  const texts = Object.fromEntries(sources.map(({ file, text }) => [file, text.split('\n')]))
  const lines = lua.split('\n').map((line, i) => ({ line, place: place(i + 1) }))
  const made = lines.filter(line => line.place === undefined)
  const form =
    /^(local \w+ = |local made_|local function \w+ \(\.\.\.\)|if not made_|made_|end$|return made_)/
  t.strictSame(
    made.filter(({ line }) => !form.test(line)),
    [],
    'the others are those of the loader'
  )
  for (const { line, place } of lines.filter(line => line.place !== undefined)) {
    const [file, number] = place!.split(':') as [string, string]
    const source = texts[file]?.[Number(number) - 1] ?? ''
    if (!source.includes('limits.')) t.equal(line, source, place!)
  }
  t.equal(place(lines.length + 1), undefined)
})

test('an error in a script names the file and the line of the source', async t => {
  const { redis } = await build(t)
  const failure = async (verb: string, args: Arguments): Promise<Error> => {
    return await script(verb)(redis, 'mail', args).then(
      () => new Error('it has not failed'),
      (error: Error) => error
    )
  }
  await redis.set('{mail}:history', 'no list')
  t.match(
    (await failure('sample_queue', { facts: '1' })).message,
    `on ${place('lua/parts/history/delete_ahead.lua', "'LINDEX', key")}`
  )
  const noNumber = await failure('set_policy', { changes: ['stopped', '+x'] })
  t.match(noNumber.message, place('lua/queue/set_policy.lua', 'queue.now + tonumber(value)'))
  t.match(noNumber.stack, noNumber.message, 'and so does its stack')
  await redis.set('{mail}:given', 'no list')
  await redis.hset('{mail}:policy', 'rate_limit', 1, 'rate_period', 1)
  t.match(
    (await failure('take', { requests: ['1  '] })).message,
    `on ${place('lua/parts/policy/apply_rate.lua', "'LTRIM'")}`
  )
})

/** Where in a file the first line with that text is, as an error says it. */
function place (file: string, text: string): string {
  return `${file}:${
    read(file)
      .text.split('\n')
      .findIndex(line => line.includes(text)) + 1
  }`
}

test('every script compiles in Redis, and uses all that its header names', async t => {
  const redis = (await build(t)).redis as Redis
  t.ok(verbs().length >= 6)
  for (const verb of verbs()) {
    t.match(await redis.call('SCRIPT', 'LOAD', compile(verb).lua), /^[0-9a-f]{40}$/, verb)
  }
  for (const { file, text } of sources) {
    const body = text.replace(/^ *--.*$/gm, '').replace(/^local function .*/m, '')
    const args = words(text, 'args').map(arg => arg.replace('...', ''))
    const named = [...words(text, 'keys'), ...args, ...words(text, 'use'), ...words(text, 'rarely')]
    t.strictSame(
      named.filter(name => !new RegExp(`\\b${name}\\b`).test(body)),
      [],
      `${file}: named and not used`
    )
    t.match(text, /^-- [A-Z]/, `${file} begins with what it does`)
    for (const key of words(text, 'keys')) t.ok(scriptKey('mail', key), `${file}: ${key}`)
  }
})

test('each script that is sent without waiting for the end of the turn is there', t => {
  t.strictSame(
    unpipelined.filter(name => name !== 'sadd' && !(name in commands())),
    []
  )
  t.end()
})

test('/metrics knows the scripts by the names that they have always had there', t => {
  t.strictSame(verbs().map(labelOf).toSorted(), [
    'ack', 'add_operation', 'advance', 'begin_operation', 'cancel', 'claim', 'claim_migration',
    'claim_operations', 'control', 'count_due', 'fire', 'get_errors', 'get_workers', 'job',
    'lease_operation', 'list', 'listen', 'move_plain', 'move_reports', 'nack', 'next', 'pass',
    'purge', 'push', 'raise_layout', 'receive_jobs', 'record_latencies', 'release', 'restore',
    'retry', 'sample', 'scan_jobs', 'schedule', 'set_operation', 'set_quiet', 'settle_move', 'show',
    'status', 'step_operation', 'take', 'touch', 'unschedule', 'unwatch', 'wake_operation', 'watch',
    'why', 'why_queue'
  ])
  t.end()
})

test('every part is used by some script', async t => {
  const all = verbs()
    .map(verb => compile(verb).lua)
    .join('\n')
  const unused = parts.filter(
    ({ file }) => !all.includes(`local function ${basename(file, '.lua')} (`)
  )
  t.strictSame(
    unused.map(({ file }) => file),
    []
  )
})

test('scripts survive SCRIPT FLUSH', async t => {
  const redis = (await build(t)).redis as Redis
  await push(redis, 'mail', [{ payload: '{"n":1}' }])
  await redis.script('FLUSH')
  await push(redis, 'mail', [{ payload: '{"n":2}' }])
  await redis.script('FLUSH')
  t.strictSame(
    (await take(redis, 'mail', { count: 2 })).map(({ payload }) => payload),
    ['{"n":1}', '{"n":2}']
  )
  await redis.script('FLUSH')
  const pushes = await Promise.all(
    Array.from({ length: 50 }, () => push(redis, 'mail', [{ payload: '{}' }]))
  )
  t.equal(new Set(pushes.flat().map(({ id }) => id)).size, 50, 'each once')
})
