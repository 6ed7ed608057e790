import { test } from 'tap'
import { functionLengths, quantile } from './functions.ts'
import { files, folders, isCode, ofSources, read, rooms } from './house.ts'

const isLua = (path: string): boolean => path.endsWith('.lua')

test('a file is read in one sitting', async t => {
  for (const path of ['app.ts', ...rooms].flatMap(files)) {
    const lines = isCode(path) || isLua(path) ? read(path).trimEnd().split('\n').length : 0
    const limit = isLua(path) ? 80 : 300
    t.ok(lines < limit, `${path}: ${lines} lines`)
  }
})

// Where each file is one of a kind.
const ofAKind = ['schemas', 'routes', 'cli/command']

test('a folder holds 15 sources at most', async t => {
  for (const [folder, paths] of folders) {
    if (!ofAKind.includes(folder)) t.ok(paths.length <= 15, `${folder}: ${paths.length}`)
  }
})

const lengthsIn = (...places: string[]) =>
  places
    .flatMap(files)
    .filter(path => isCode(path) || isLua(path))
    .flatMap(functionLengths)

test('a function is read at a glance', async t => {
  const all = lengthsIn('app.ts', ...ofSources)
  t.ok(all.length > 3000, `${all.length} functions`)
  t.ok(quantile(all, 0.5) <= 6, `half of them have ${quantile(all, 0.5)} lines at most`)
  t.ok(quantile(all, 0.9) <= 16, `nine of ten have ${quantile(all, 0.9)} lines at most`)
  t.strictSame(
    all.filter(({ lines }) => lines > 30),
    []
  )
})

// A story that is told in one breath may be longer; the linter has its bound.
test('so is a function of a test', async t => {
  const all = lengthsIn('test')
  t.ok(all.length > 3000, `${all.length} functions`)
  t.ok(quantile(all, 0.5) <= 6, `half of them have ${quantile(all, 0.5)} lines at most`)
  t.ok(quantile(all, 0.9) <= 20, `nine of ten have ${quantile(all, 0.9)} lines at most`)
})

// The linter reads TypeScript. A tab is as wide as four letters.
test('a line of every other language has 100 columns at most', async t => {
  const others = rooms.flatMap(files).filter(path => /\.(?:go|py|lua|css|sh)$/.test(path))
  t.ok(others.length > 150, `${others.length} files`)
  for (const path of others) {
    const widths = read(path).split('\n').map(line => line.replaceAll('\t', '    ').length)
    const long = widths.flatMap((width, i) => (width > 100 ? [`${path}:${i + 1}`] : []))
    t.strictSame(long, [], path)
  }
})
