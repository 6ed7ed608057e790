// Where files of test/ belong, and that each is run.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'tap'
import { files, house, read } from './house.ts'

const endings = ['.ts', '.tsx', '.mjs']
const isFile = (source: string) => endings.some(ending => existsSync(join(house, source + ending)))

// A test of a whole folder is named like the folder. A source whose tests fill several files has a
// folder of them, named like the source, beside the first.
test('every file of test/unit mirrors a source or a folder of sources', async t => {
  const mirrors = files('test/unit').filter(path => path.endsWith('.test.ts'))
  t.ok(mirrors.length > 80, `${mirrors.length} files`)
  const hasSource = (path: string): boolean => {
    const source = path.replace('test/unit/', '').replace('.test.ts', '')
    return existsSync(join(house, source)) || isFile(source) || isFile(dirname(source))
  }
  t.strictSame(
    mirrors.filter(path => !hasSource(path)),
    []
  )
  const others = files('test/unit').filter(path => !path.endsWith('.test.ts'))
  t.strictSame(
    others.filter(path => !path.endsWith('README.md')),
    []
  )
})

/** The places in test/ whose files a runner runs. */
function placesOf (runner: string): string[] {
  const text = read(runner)
  const args = /runTogether\(testFiles\(([^)]*)\)\)/.exec(text)?.[1] ?? ''
  return [...args.matchAll(/'([^']+)'/g)].map(([, place]) => `test/${place}`)
}

test('every test file is run by one of the files at the top of test/, and once', async t => {
  const all = files('test').filter(path => path.endsWith('.test.ts'))
  const isRunner = (path: string): boolean => path.split('/').length === 2
  const run = all
    .filter(isRunner)
    .flatMap(placesOf)
    .flatMap(place => files(place))
  const found = run.filter(path => path.endsWith('.test.ts'))
  t.ok(found.length > 150, `${found.length} files`)
  t.strictSame(found.toSorted(), all.filter(path => !isRunner(path)).toSorted())
})

test('no folder of test/ has more than fifteen files', async t => {
  const counts: Record<string, number> = {}
  for (const path of files('test').filter(path => !path.endsWith('README.md'))) {
    const folder = dirname(path)
    counts[folder] = (counts[folder] ?? 0) + 1
  }
  const { test: runners, 'test/lua/parts': parts, 'test/unit/routes': routes, ...others } = counts
  t.ok(runners! > 10 && parts! > 10 && routes! > 10, 'these are one of a kind')
  t.strictSame(
    Object.entries(others).filter(([, count]) => count > 15),
    []
  )
})

test('every folder of test/ has a README.md', async t => {
  const folders = new Set(files('test').map(path => path.split('/').slice(0, 2).join('/')))
  const found = [...folders].filter(path => !path.includes('.'))
  t.strictSame(
    found.filter(path => !existsSync(join(house, path, 'README.md'))),
    []
  )
})
