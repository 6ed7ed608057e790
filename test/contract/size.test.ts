import { test } from 'tap'
import { files, folders, isCode, read, rooms } from './house.ts'

test('a file is read in one sitting', async t => {
  for (const path of ['app.ts', ...rooms].flatMap(files)) {
    const lines =
      isCode(path) || path.endsWith('.lua') ? read(path).trimEnd().split('\n').length : 0
    const limit = path.endsWith('.lua') ? 80 : 300
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
