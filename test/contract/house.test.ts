import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { test } from 'tap'
import { strangeWords } from './docs/names.ts'
import {
  files,
  folders,
  house,
  isCode,
  isSource,
  notOurs,
  ofSources,
  read,
  rooms,
  withoutComments
} from './house.ts'

const noRooms = [
  'src',
  'lib',
  'utils',
  'util',
  'common',
  'helpers',
  'types',
  'services',
  'managers',
  'shared',
  'misc'
]

// Who may import from whom. The tests may from everywhere.
const mayImport: Record<string, string[]> = {
  schemas: ['schemas'],
  operations: ['schemas', 'operations'],
  plugins: ['schemas', 'operations', 'package.json'],
  routes: ['schemas', 'operations'],
  'app.ts': ['schemas', 'operations', 'plugins', 'routes'],
  cli: ['schemas', 'operations', 'app.ts', 'cli', 'client', 'dist', 'package.json'],
  client: ['client'],
  web: ['web', 'client', 'schemas']
}

/** What a file imports, statically or not. */
function imports (path: string): string[] {
  const code = withoutComments(read(path))
  const forms = [
    /^\s*(?:import|export)\b[^'"]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]/g,
    /\brequire\(\s*['"]([^'"]+)['"]/g
  ]
  return forms.flatMap(form => [...code.matchAll(form)].map(match => match[1]!))
}

/** Where in the house a file imports from: rooms, or files at the door. */
function neighbours (path: string): string[] {
  const inside = imports(path).filter(from => from.startsWith('.'))
  return inside.map(from => relative(house, join(house, dirname(path), from)).split('/')[0]!)
}

test('every room imports from the rooms below it, and never sideways', async t => {
  t.ok(neighbours('routes/queue.ts').includes('operations'), 'imports are seen')
  for (const [room, allowed] of Object.entries(mayImport)) {
    for (const path of files(room).filter(isCode)) {
      t.strictSame(
        neighbours(path).filter(from => !allowed.includes(from)),
        [],
        path
      )
    }
  }
})

/** What a file imports of the house, as paths from its door. */
function inside (path: string): string[] {
  const own = imports(path).filter(from => from.startsWith('.'))
  return own.map(from => join(dirname(path), from)).filter(isCode)
}

/**
 * Every way through the imports that comes back to where it began, such as 'a.ts -> b.ts -> a.ts'.
 */
function circles (paths: string[]): string[] {
  const [found, done]: [string[], Set<string>] = [[], new Set()]
  const visit = (path: string, way: string[]): void => {
    if (way.includes(path)) found.push([...way.slice(way.indexOf(path)), path].join(' -> '))
    if (way.includes(path) || done.has(path) || !existsSync(join(house, path))) return
    for (const to of inside(path)) visit(to, [...way, path])
    done.add(path)
  }
  for (const path of paths) visit(path, [])
  return found
}

test('no file imports itself by way of others, types included', async t => {
  const all = ['app.ts', ...rooms].flatMap(files).filter(isCode)
  t.ok(
    all.some(path => inside(path).includes('client/worker.ts')),
    'imports are seen'
  )
  t.strictSame(circles(all), [])
})

// The folders of operations/, each level above the ones that it may import. All may import the
// files at its root. operations/config.ts, which none imports, reads from wherever settings are.
const levels = [
  ['redis'],
  ['queue', 'worker'],
  ['failure'],
  ['job'],
  ['list', 'schedule', 'wait', 'event', 'metric', 'layout'],
  ['operation', 'consume', 'finding', 'forecast']
]
const apart: Record<string, string[]> = { access: ['redis'], 'redis-server': ['layout'] }

function belowIn (folder: string): string[] {
  const level = levels.findIndex(names => names.includes(folder))
  return level === -1 ? apart[folder]! : levels.slice(0, level).flat()
}

test('every folder of operations/ imports from those below it', async t => {
  const folderOf = (path: string): string | undefined => path.split('/').at(-2)
  for (const folder of [...levels.flat(), ...Object.keys(apart)]) {
    for (const path of files(`operations/${folder}`).filter(isCode)) {
      const from = inside(path)
        .filter(to => to.startsWith('operations/'))
        .map(to => folderOf(to)!)
      const allowed = ['operations', folder, ...belowIn(folder)]
      t.strictSame(
        from.filter(name => !allowed.includes(name)),
        [],
        path
      )
    }
  }
  const known = new Set([...levels.flat(), ...Object.keys(apart), 'operations'])
  const there = new Set(files('operations').map(path => folderOf(path)!))
  t.strictSame(
    [...there].filter(name => !known.has(name)),
    []
  )
})

test('the dashboard takes types alone from schemas', async t => {
  for (const path of files('web').filter(isCode)) {
    t.notMatch(read(path), /^import (?!type )[^'"]*['"][./]+\/schemas\//m, path)
  }
})

test('operations know nothing of HTTP, and schemas nothing but their language', async t => {
  for (const path of files('operations').filter(isCode)) {
    t.strictSame(
      imports(path).filter(from =>
        /^(fastify(-plugin)?|light-my-request|@fastify\/(?!error$).*|(node:)?(http2?|https))$/.test(
          from
        )
      ),
      [],
      path
    )
  }
  for (const path of files('schemas').filter(isCode)) {
    t.strictSame(
      imports(path).filter(from => !/^(\.\/|@sinclair\/typebox)/.test(from)),
      [],
      path
    )
  }
})

test('scripts are read by operations/redis/script.ts alone, and every one is used', async t => {
  const code = [...['app.ts', 'operations', 'plugins', 'routes', 'schemas'].flatMap(files)].filter(
    isCode
  )
  const readers = code.filter(path => /['"`](\.\.?\/)+lua\b/.test(withoutComments(read(path))))
  t.strictSame(readers, ['operations/redis/script.ts'])
  const called = code.flatMap(path =>
    [...read(path).matchAll(/\bscript(?:<.+>)?\('(\w+)'\)/g)].map(match => match[1])
  )
  t.strictSame(called.toSorted(), verbs().toSorted())
})

function verbs (): string[] {
  const scripts = files('lua').filter(
    path => path.endsWith('.lua') && !path.startsWith('lua/parts/')
  )
  return scripts.map(path => basename(path, '.lua'))
}

test('every folder is a room, and no room is a drawer for all and sundry', async t => {
  const folders = readdirSync(house, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
  t.strictSame(
    folders.filter(name => !rooms.includes(name) && !notOurs.includes(name)),
    []
  )
  for (const room of rooms) {
    for (const path of files(room)) {
      const names = path
        .replace(/(\.test)?\.\w+$/, '')
        .split('/')
        .slice(0, -1)
      t.strictSame(
        names.filter(name => noRooms.includes(name)),
        [],
        path
      )
    }
  }
})

test('a noun has the same file name in every room', async t => {
  for (const path of files('routes').filter(isCode)) {
    const name = path.replace('routes/', '')
    t.ok(existsSync(join(house, 'schemas', name)), `schemas/${name}`)
    const mirror = join('test/unit', path.replace('.ts', '.test.ts'))
    t.ok(existsSync(join(house, mirror)), `its test of ${path}`)
  }
})

// Where a time is shown, or shared with others. A machine's clock may be set at any moment.
const tellTime = [
  'cli/filter.ts',
  'cli/setup.mjs',
  'operations/event/event-hub.ts',
  'operations/event/event-log.ts',
  'operations/job/receipt.ts',
  'operations/metric/latency.ts',
  'operations/metric/process-metrics.ts',
  'operations/queue/history.ts',
  'operations/queue/summary.ts',
  'plugins/background/sampler.ts',
  'web/state/clock.ts'
]

test('a duration is measured by a clock that is never set', async t => {
  const code = ['app.ts', 'cli', 'client', 'operations', 'plugins', 'routes', 'web']
    .flatMap(files)
    .filter(isCode)
  const found = code.filter(path => /\bDate\.now\(\)/.test(withoutComments(read(path))))
  t.strictSame(found.toSorted(), tellTime)
})

test('every folder of sources says its content, its imports and where to begin', async t => {
  t.ok(folders.size > 60, `${folders.size} folders`)
  for (const [folder, paths] of folders) {
    if (paths.length < 2 && !ofSources.includes(folder)) continue
    const page = existsSync(join(house, folder, 'README.md')) ? read(`${folder}/README.md`) : ''
    t.match(page, /\bBegins? (?:with|at)\b/, `${folder}/README.md: where to begin`)
    t.match(page, /\b(?:imports?|uses?)\b/, `${folder}/README.md: what it may import`)
  }
})

test('a file of operations and lua has a name of the glossary or of the field', async t => {
  t.strictSame(strangeWords('lua/parts/ready/pop_glance.lua'), ['glance'])
  for (const path of [...files('operations'), ...files('lua')].filter(isSource)) {
    t.strictSame(strangeWords(path), [], path)
  }
})
