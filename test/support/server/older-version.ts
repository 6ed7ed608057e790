import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { place } from '../redis/private-redis.ts'

const house = fileURLToPath(new URL('../../..', import.meta.url))

/** The last presque that wrote layout 1, and knew nothing of layouts. */
const commit = 'edc35c6'

const rooms = [
  'app.ts',
  'cli',
  'client',
  'lua',
  'operations',
  'plugins',
  'routes',
  'schemas',
  'package.json',
  'tsconfig.json'
]

const git = (...args: string[]) => spawnSync('git', args, { cwd: house, maxBuffer: 2 ** 28 })

/** Why its code is not at hand; undefined where it is. */
export function withoutBefore (): string | undefined {
  const { status } = git('cat-file', '-e', `${commit}^{commit}`)
  return status === 0 ? undefined : `the commit ${commit} is not here (git fetch --unshallow)`
}

/** A folder with its code, which runs with the packages of this checkout. */
function codeOfBefore (t: Test): string {
  const folder = join(place(t), 'before')
  mkdirSync(folder)
  const { stdout } = git('archive', commit, ...rooms)
  const { status, stderr } = spawnSync('tar', ['-x', '-C', folder], { input: stdout })
  if (status !== 0) throw new Error(`${commit} cannot be unpacked: ${String(stderr)}`)
  symlinkSync(join(house, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** That presque on a Redis, in a process of its own. Resolves to its URL. */
export async function serveBefore (t: Test, redisUrl: string): Promise<string> {
  const settings = { REDIS_URL: redisUrl, PORT: '0', PRESQUE_HISTORY: '0', LOG_LEVEL: 'info' }
  const args = ['-u', 'NODE_OPTIONS', process.execPath, '--import', 'tsx', 'cli/serve.ts']
  const child = spawn('/usr/bin/env', args, {
    cwd: codeOfBefore(t),
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  t.teardown(() => {
    child.kill('SIGKILL')
  })
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /listening at (http:\S+?)"/.exec(line) ?? []
    if (url === undefined) continue
    child.stdout.resume()
    return url
  }
  throw new Error(`the presque of ${commit} did not start`)
}
