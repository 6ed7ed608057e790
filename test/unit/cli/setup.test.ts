import { once } from 'node:events'
import {
  existsSync,
  lstatSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'
import type { Test } from 'tap'
import { begin, installed, project, run, write } from '../../support/server/project-folder.ts'

const home = fileURLToPath(new URL('../../../', import.meta.url))

// Notes that it ran, and makes dist as tsc would.
const TSC = `
const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs')
appendFileSync('builds', 'x')
mkdirSync('dist', { recursive: true })
writeFileSync('dist/app.js', '')
`

function buildable (t: Test): string {
  return installed(t, {
    'app.ts': 'export const answer: number = 42\n',
    'lua/touch.lua': 'return 1\n',
    'schemas/job.ts': '',
    'schemas/worker.ts': '',
    'tsconfig.build.json':
      '{ "compilerOptions": { "outDir": "dist", "rootDir": ".", "types": [] }, "files": ' +
        '["app.ts"] }',
    'node_modules/.bin/tsc': TSC
  })
}

function count (root: string, file: string): number {
  return existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8').length : 0
}

test('where everything is there, nothing is done and nothing said', async t => {
  const root = installed(t)
  t.strictSame(await run(root, ['--no-redis']), { code: 0, said: '' })
  t.notOk(existsSync(join(root, 'calls')))
})

test('an old Node is refused in one sentence', async t => {
  const old =
    "data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: " +
      "'20.18.3' } })"
  const { code, said } = await run(installed(t), ['--no-redis'], {
    NODE_OPTIONS: `--import="${old}"`
  })
  t.equal(code, 1)
  t.equal(said, 'presque: Node.js 20.19 or newer is needed, and this is 20.18.3\n')
})

test('packages that are missing or older than the lock file are installed, once', async t => {
  const root = project(t)
  const { code, said } = await run(root, ['--no-redis'])
  t.equal(code, 0)
  t.match(
    said,
    /^presque: installing the packages \(npm ci\)\npresque: the packages are installed \(\d+ s\)\n$/
  )
  t.equal(readFileSync(join(root, 'calls'), 'utf8'), 'ci --include=dev --no-audit --no-fund\n')
  t.strictSame(await run(root, ['--no-redis']), { code: 0, said: '' })
})

test('a lock file from the future does not have the packages installed ' +
  'again and again', async t => {
  const root = project(t)
  const future = new Date(Date.now() + 3_600_000)
  utimesSync(join(root, 'package-lock.json'), future, future)
  t.match((await run(root, ['--no-redis'])).said, /installed/)
  t.strictSame(await run(root, ['--no-redis']), { code: 0, said: '' })
})

test('an npm that fails is quoted, and the next setup tries again', async t => {
  const root = project(t, { fail: '' })
  const { code, said } = await run(root, ['--no-redis'])
  t.equal(code, 1)
  t.match(
    said,
    /\nnpm error code ENOTFOUND\npresque: npm ci failed: is the network there, and npm's registry the right one\?\n$/
  )
  rmSync(join(root, 'fail'))
  t.equal((await run(root, ['--no-redis'])).code, 0)
})

test('of two setups at once in a folder the second waits, says so, ' +
  'and finds the work done', async t => {
  const root = project(t, { wait: '' })
  const first = begin(root, ['--no-redis'])
  await once(first.child.stderr, 'data')
  const second = begin(root, ['--no-redis'])
  const [waiting] = await once(second.child.stderr, 'data')
  t.match(
    waiting.toString(),
    `another setup (pid ${first.child.pid}) is at work here: waiting for it`
  )
  writeFileSync(join(root, 'go'), '')
  t.strictSame([(await first.ended).code, (await second.ended).code], [0, 0])
  t.equal(readFileSync(join(root, 'calls'), 'utf8').split('\n').length, 2)
})

test('a setup that was killed does not block the next', async t => {
  const root = project(t)
  symlinkSync('2147483647', join(root, '.setup-lock'))
  t.match((await run(root, ['--no-redis'])).said, /are installed/)
  t.throws(() => lstatSync(join(root, '.setup-lock')), { code: 'ENOENT' })
})

test('a build is made when asked for, with the scripts and package.json beside it', async t => {
  const root = buildable(t)
  rmSync(join(root, 'node_modules', '.bin', 'tsc'))
  symlinkSync(
    join(home, 'node_modules', 'typescript', 'bin', 'tsc'),
    join(root, 'node_modules', '.bin', 'tsc')
  )
  t.strictSame(await run(root, ['--no-redis', '--build']), {
    code: 0,
    said: 'presque: building dist\n'
  })
  t.match(readFileSync(join(root, 'dist', 'app.js'), 'utf8'), 'answer')
  t.equal(readFileSync(join(root, 'dist', 'lua', 'touch.lua'), 'utf8'), 'return 1\n')
  t.ok(existsSync(join(root, 'dist', 'package.json')))
})

test('a build is made again only when a source was changed or removed since', async t => {
  const root = buildable(t)
  const builds = async () => {
    await run(root, ['--no-redis', '--build'])
    return count(root, 'builds')
  }
  t.equal(await builds(), 1)
  t.equal(await builds(), 1)
  writeFileSync(join(root, 'lua', 'touch.lua'), 'return 2\n')
  t.equal(await builds(), 2)
  rmSync(join(root, 'schemas', 'worker.ts'))
  t.equal(await builds(), 3)
  rmSync(join(root, 'dist'), { recursive: true })
  t.equal(await builds(), 4)
  writeFileSync(join(root, 'README.md'), '')
  t.equal(await builds(), 4)
})

test('a build that fails is quoted, and leaves no dist that looks fresh', async t => {
  const root = buildable(t)
  await run(root, ['--no-redis', '--build'])
  write(root, {
    'node_modules/.bin/tsc': `${TSC}console.log("app.ts(1,14): error TS2322: no"); process.exit(2)`,
    'app.ts': 'export const answer: number = "42"\n'
  })
  const { code, said } = await run(root, ['--no-redis', '--build'])
  t.equal(code, 1)
  t.match(
    said,
    /^presque: building dist\napp\.ts\(1,14\): error TS2322: no\npresque: the build failed\n$/
  )
  t.notOk(existsSync(join(root, 'dist')))
})
