import { chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import {
  type Files,
  installed,
  project,
  run,
  write
} from '../../../support/server/project-folder.ts'

// A PATH with nothing but these.
function withCommands (t: Test, commands: Files): string {
  const bin = join(project(t), 'bin')
  mkdirSync(bin)
  write(bin, commands)
  for (const name of Object.keys(commands)) chmodSync(join(bin, name), 0o755)
  return bin
}

test('without a redis, and nothing to install one with, it names the missing program', async t => {
  const { code, said } = await run(installed(t), [], { PATH: withCommands(t, {}) })
  t.equal(code, 1)
  t.match(
    said,
    /^presque: redis-server or valkey-server is needed: .*, or set REDIS_URL=redis:\/\/\.\.\. to a Redis that already runs\n$/
  )
})

test(
  'without a redis it names the command of this system',
  { skip: process.platform === 'darwin' },
  async t => {
    const { said } = await run(installed(t), [], { PATH: withCommands(t, { dnf: '' }) })
    t.match(said, /: sudo dnf install valkey, or set REDIS_URL/)
  }
)

test('a valkey is as good as a redis', async t => {
  const PATH = withCommands(t, { 'valkey-server': '' })
  t.strictSame(await run(installed(t), [], { PATH }), { code: 0, said: '' })
})

test('with REDIS_URL no redis is needed here, but for the tests', async t => {
  const env = { PATH: withCommands(t, {}), REDIS_URL: 'redis://elsewhere' }
  t.strictSame(await run(installed(t), [], env), { code: 0, said: '' })
  t.equal((await run(installed(t), ['--redis'], env)).code, 1)
})

test(
  'as root where there is apt-get, redis is installed and its service for everybody stopped',
  { skip: process.getuid?.() !== 0 },
  async t => {
    const root = installed(t)
    const log = `echo "\${0##*/} $*" >> ${join(root, 'calls')}`
    // Without package lists an install fails.
    const apt = `#!/bin/sh\n${log}\ncase "$*" in *update) : > ${join(root, 'lists')};; ` +
      `*) [ -e ${join(root, 'lists')} ];; esac\n`
    const note = `#!/bin/sh\n${log}\n`
    const PATH = withCommands(t, { 'apt-get': apt, systemctl: note, service: note })
    const { code, said } = await run(root, [], { PATH })
    t.strictSame(
      { code, said },
      {
        code: 0,
        said: 'presque: installing redis-server with apt-get (neither redis-server nor ' +
          'valkey-server is here)\n'
      }
    )
    const [install, update, again, stop] = readFileSync(join(root, 'calls'), 'utf8').split('\n')
    t.match(install, /^apt-get .* install -y --no-install-recommends redis-server$/)
    t.match(update, /^apt-get .* update$/)
    t.equal(again, install)
    t.match(stop, /^(systemctl disable --now redis-server|service redis-server stop)$/)
  }
)
