import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'tap'
import { lint } from './lint.ts'

const said = lint()
const skip = said === null && process.env['LUACHECK'] !== 'required' && 'there is no luacheck here'

test('luacheck finds nothing in the scripts', { skip }, async t => {
  t.equal(said, '')
})

test(
  'luacheck knows the names of a header, and tells which are not used and not defined',
  { skip },
  async t => {
    const verb =
      '-- Says it.\n-- keys: ready jobs\n-- args: one two\n-- use: read_clock publish\n' +
        'return read_clock(one), ready, nothing\n'
    const part =
      '-- Says it.\n-- use: read_clock publish\nlocal function a_part (keys, id)\n' +
        '  return read_clock(id), other(1)\nend\n'
    const found = lint({ 'lua/a_verb.lua': verb, 'lua/parts/a_part.lua': part }) ?? ''
    const lines = [...found.matchAll(/^ {4}(\S+): \((\w+)\) (.*)$/gm)].map(
      ([, place, code, what]) => [place, code, what]
    )
    t.strictSame(
      lines.map(([place, , what]) => `${place!.split(':', 2).join(':')} ${what}`),
      [
        "lua/a_verb.lua:1 unused variable 'jobs'",
        "lua/a_verb.lua:1 unused variable 'two'",
        "lua/a_verb.lua:1 unused variable 'publish'",
        "lua/a_verb.lua:5 accessing undefined variable 'nothing'",
        "lua/parts/a_part.lua:1 unused variable 'publish'",
        "lua/parts/a_part.lua:3 unused argument 'keys'",
        "lua/parts/a_part.lua:4 accessing undefined variable 'other'"
      ]
    )
  }
)

test('every part is named by a test in test/lua/parts', async t => {
  const folder = new URL('parts/', import.meta.url)
  const tests = readdirSync(folder)
    .map(name => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n')
  const files = readdirSync(new URL('../../lua/parts/', import.meta.url), {
    recursive: true,
    encoding: 'utf8'
  })
  const parts = files.filter(name => name.endsWith('.lua')).map(name => basename(name, '.lua'))
  t.ok(parts.length > 80, `${parts.length} parts`)
  t.strictSame(
    parts.filter(part => !new RegExp(`\\b${part}\\b`).test(tests)),
    []
  )
})
