import { spawnSync } from 'node:child_process'
import { test } from 'tap'
import { shipped } from '../../support/server/built.ts'

const can = spawnSync('prlimit', ['--version']).status === 0

for (const program of ['cli/presque.js', 'cli/serve.js']) {
  test(
    `${program} may open too few files to serve, and says so in one sentence`,
    { skip: !can },
    async t => {
      const args = ['--nofile=150:150', process.execPath, shipped(program), 'serve']
      const env = { ...process.env, NODE_OPTIONS: '', PORT: '0' }
      const { status, stderr } = spawnSync('prlimit', args, { env, encoding: 'utf8' })
      t.equal(status, 1)
      t.match(stderr, /^presque: this process may open only 150 files and connections, [^\n]+\n$/)
    }
  )
}
