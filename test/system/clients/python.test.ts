import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from 'tap'
import { listen } from '../../support/server/app.ts'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const skip =
  spawnSync('python3', ['--version']).status === 0 ? false : 'there is no python3 on this machine'

test(
  'the Python client pushes, takes, repeats what it may, and its worker keeps and finishes jobs',
  { skip },
  async t => {
    const { url } = await listen(t)
    const { stdout } = await promisify(execFile)('python3', [
      '-B',
      path('check.py'),
      path('../../../clients/python'),
      url
    ])
    t.equal(stdout, 'all good\n')
  }
)
