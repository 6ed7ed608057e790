import { test } from 'tap'
import { errors } from '../../operations/errors.ts'
import { commonKeys, queueKeys, scheduleKeys } from '../../operations/redis/keys.ts'
import { Config } from '../../schemas/config.ts'
import { files, read, withoutComments } from './house.ts'

test('.env.example names every variable, with its default', async t => {
  const told = Object.fromEntries(
    [...read('.env.example').matchAll(/^#? ?([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [
      name,
      value
    ])
  )
  const known = Object.fromEntries(
    Object.entries(Config.properties).map(([name, schema]) => [name, String(schema.default)])
  )
  t.strictSame(told, known)
})

/** The rows of the tables in a Markdown file that begin with something in backticks. */
function rows (path: string): string[][] {
  const cells = [...read(path).matchAll(/^\| `([^`]+)` \| (.*) \|$/gm)]
  return cells.map(([, first, rest]) => [first!, ...rest!.split(' | ')])
}

test('docs/reference/errors.md tells every error as it is', async t => {
  const known = Object.entries(errors).map(([code, Refusal]) => {
    const { statusCode, message } = new Refusal()
    return [code, String(statusCode), message]
  })
  t.strictSame(rows('docs/reference/errors.md'), known)
})

test('docs/reference/keys.md tells every key as it is', async t => {
  const all = [
    ...Object.entries(queueKeys).map(([name, what]) => [`presque:{queue}:${name}`, what]),
    ...Object.entries(scheduleKeys).map(([name, what]) => [`presque:{schedules/}:${name}`, what]),
    ...Object.entries(commonKeys).map(([name, what]) => [`presque:${name}`, what])
  ]
  const known = all.map(([key, what]) => [key, ...what!.split(/: (.*)/s).slice(0, 2)])
  t.strictSame(rows('docs/reference/keys.md'), known)
})

test('every error is used, and every one that is used is known', async t => {
  const text = ['app.ts', 'lua', 'operations', 'plugins', 'routes', 'schemas']
    .flatMap(files)
    .map(path => withoutComments(read(path)))
    .join('\n')
  const used = text.replace(/^ {2}(\w+): createError\(.*$/gm, '')
  for (const code of Object.keys(errors)) t.match(used, new RegExp(`\\b${code}\\b`), code)
  const named = [
    ...text.matchAll(/\berr = '(\w*)'/g),
    ...text.matchAll(/'x-(?:refusal|missing)': '(\w*)'/g),
    ...text.matchAll(/\berrors\.([A-Z_]+)\b/g)
  ].map(match => match[1]!)
  t.ok(named.length > 30, `${named.length} uses`)
  t.strictSame(
    named.filter(code => !(code in errors)),
    []
  )
  for (const [code, Refusal] of Object.entries(errors)) {
    t.equal(new Refusal().code, code, 'it has one name')
  }
})
