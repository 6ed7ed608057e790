import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Redis } from 'ioredis'
import { test, type Test } from 'tap'
import { push } from '../../operations/insertion.ts'
import { take } from '../../operations/wish.ts'
import { scriptKey } from '../../operations/keys.ts'
import { compile, script } from '../../operations/script.ts'
import { build } from '../helper.ts'

const room = fileURLToPath(new URL('../../lua/', import.meta.url))
const named = (folder: string): string[] => readdirSync(folder).filter(name => name.endsWith('.lua')).map(name => name.replace('.lua', ''))
const verbs = named(room)
const source = (verb: string): string => readFileSync(join(room, `${verb}.lua`), 'utf8')
const header = (text: string, label: string): string[] => new RegExp(`^-- ${label}: (.+)$`, 'm').exec(text)?.[1]!.split(' ') ?? []

/** A script of this test's own, and the verb that names it. */
function written (t: Test, lua: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'presque-lua-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'verb.lua'), lua)
  return join(relative(room, folder), 'verb')
}

test('compile() makes locals of what the header names', async t => {
  const redis = (await build(t)).redis as Redis
  const { keys, args, lua } = compile(written(t, '-- Says it.\n-- keys: ready jobs\n-- args: one two\nreturn { ready, jobs, one, two }\n'))
  t.strictSame(keys, ['ready', 'jobs'])
  t.strictSame(args, ['one', 'two'])
  const [a, b] = ['a', 'b'].map(key => `${redis.options.keyPrefix}${key}`)
  t.strictSame(await redis.call('EVAL', lua, 2, 'a', 'b', 'c', 'd'), [a, b, 'c', 'd'])
})

test('compile() gives the last argument all that follow, however many', async t => {
  const redis = (await build(t)).redis as Redis
  const { lua } = compile(written(t, '-- args: one ...rest\nreturn { one, #rest, rest[1] or false, rest[#rest] or false }\n'))
  t.strictSame(await redis.call('EVAL', lua, 0, 'a'), ['a', 0, null, null])
  const many = Array.from({ length: 50_000 }, (_, i) => String(i))
  t.strictSame(await redis.call('EVAL', lua, 0, 'a', ...many), ['a', 50_000, '0', '49999'])
})

test('compile() takes in the parts that are used, and works with an empty header', async t => {
  const redis = (await build(t)).redis as Redis
  t.equal(await redis.call('EVAL', compile(written(t, '-- args: now\n-- use: clock\nreturn clock(now)\n')).lua, 0, '5'), 5)
  t.equal(await redis.call('EVAL', compile(written(t, 'return 7\n')).lua, 0), 7)
})

test('compile() refuses a key that operations/keys.ts does not know', async t => {
  t.throws(() => compile(written(t, '-- keys: ready unheard_of\nreturn 1\n')), { message: /no such key in operations\/keys.ts: unheard_of$/ })
  t.throws(() => compile('no-such-verb'), { code: 'ENOENT' })
})

test('a script refuses an argument that its header does not name', async t => {
  const { redis } = await build(t)
  await t.rejects(script('status')(redis, 'mail', { limit: 1 }), { message: 'lua/status.lua takes now, but was given limit' })
  await t.rejects(script('status')(redis, 'mail', { now: 1, limit: 1 }), { message: /was given now, limit$/ })
  t.ok(await script('status')(redis, 'mail', {}), 'and takes nothing for what is left out')
})

test('every script compiles in Redis, names known keys, and uses all that its header names', async t => {
  const redis = (await build(t)).redis as Redis
  t.ok(verbs.length >= 6)
  for (const verb of verbs) {
    const { keys, args, lua } = compile(verb)
    t.match(await redis.call('SCRIPT', 'LOAD', lua), /^[0-9a-f]{40}$/, verb)
    t.strictSame(keys.filter(key => scriptKey('mail', key) === undefined), [], verb)
    const body = source(verb).replace(/^--.*$/gm, '')
    const names = [...keys, ...args.map(arg => arg.replace('...', '')), ...header(source(verb), 'use')]
    const isUsed = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(body) || lua.includes(`keys.${name}`)
    t.strictSame(names.filter(name => !isUsed(name)), [], `${verb}: named and not used`)
    t.match(source(verb), /^-- [A-Z]/, `${verb} begins with what it does`)
  }
})

test('every part is used by some script', async t => {
  const all = verbs.map(verb => compile(verb).lua).join('\n')
  t.strictSame(named(join(room, 'parts')).filter(name => !all.includes(`local function ${name}(`)), [])
})

test('scripts survive SCRIPT FLUSH', async t => {
  const redis = (await build(t)).redis as Redis
  await push(redis, 'mail', [{ payload: '{"n":1}' }])
  await redis.script('FLUSH')
  await push(redis, 'mail', [{ payload: '{"n":2}' }])
  await redis.script('FLUSH')
  t.strictSame((await take(redis, 'mail', { count: 2 })).map(({ payload }) => payload), ['{"n":1}', '{"n":2}'])
  await redis.script('FLUSH')
  const pushes = await Promise.all(Array.from({ length: 50 }, () => push(redis, 'mail', [{ payload: '{}' }])))
  t.equal(new Set(pushes.flat().map(({ id }) => id)).size, 50, 'each once')
})
