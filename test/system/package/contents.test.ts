import { readFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'

const home = fileURLToPath(new URL('../../../', import.meta.url))
const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))

/** What a package made now would hold; of dist, the files that are there. */
function contents (): string[] {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: home,
    encoding: 'utf8'
  })
  const [pack] = Object.values(JSON.parse(stdout)) as [{ files: Array<{ path: string }> }]
  return pack.files.map(({ path }) => path)
}

test('the package holds the build, and none of its sources', async t => {
  const rest = contents().filter(path => !path.startsWith('dist/'))
  t.strictSame(rest.sort(), [
    '.env.example',
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'package.json'
  ])
  t.strictSame(
    contents().filter(path => /\.(ts|tsx|mjs|map)$|\.built$/.test(path) && !path.endsWith('.d.ts')),
    []
  )
  t.strictSame(
    contents().filter(
      path =>
        path.endsWith('.d.ts') && !/^dist\/(client\/\w+|app|schemas\/config)\.d\.ts$/.test(path)
    ),
    []
  )
})

test('what the package promises is inside', async t => {
  const promised = [
    manifest.bin.presque,
    ...Object.values(manifest.exports).flatMap(entry =>
      typeof entry === 'string' ? [] : Object.values(entry as object)
    )
  ].map(path => path.replace('./', ''))
  t.strictSame(
    promised.filter(
      path =>
        !/^dist\/(cli\/presque|client\/client)\.(js|d\.ts)$|^dist\/app\.(js|d\.ts)$/.test(path)
    ),
    []
  )
  t.notOk(manifest.private)
})
