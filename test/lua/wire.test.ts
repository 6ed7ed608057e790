import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'

const house = fileURLToPath(new URL('../../', import.meta.url))
const names = readdirSync(join(house, 'lua'), { recursive: true, encoding: 'utf8' })
const lua = new Set(names.filter(name => name.endsWith('.lua')).map(name => basename(name, '.lua')))

const rows = readFileSync(join(house, 'lua/WIRE.md'), 'utf8')
  .split('\n')
  .filter(line => line.startsWith('| ') && !line.startsWith('| format'))
  .map(line => line.split(' | '))

/** Whether there is such a script or part, such a file of operations/, or such a function in it. */
function isThere (name: string): boolean {
  const [path = '', word] = name.split('#')
  if (!path.endsWith('.ts')) return lua.has(name)
  const file = join(house, 'operations', path)
  if (!existsSync(file)) return false
  return (
    word === undefined ||
    new RegExp(`\\b(function|const) ${word}\\b`).test(readFileSync(file, 'utf8'))
  )
}

test('lua/WIRE.md names writers and readers that there are', async t => {
  t.ok(rows.length > 30, `${rows.length} formats`)
  for (const cells of rows) {
    t.equal(cells.length, 4, cells.join())
    const named = cells
      .slice(2)
      .flatMap(cell => [...cell.matchAll(/`([^`]+)`/g)].map(match => match[1]!))
    t.strictSame(
      named.filter(name => name !== 'err' && !isThere(name)),
      [],
      cells.join()
    )
  }
})
