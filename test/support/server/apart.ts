import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const program = new URL('./server-process.mjs', import.meta.url)

/** The URL of a presque in a process of its own. */
export async function serveApart (t: Test, redis: string): Promise<string> {
  const env = { ...process.env, REDIS_URL: redis, PRESQUE_HISTORY: '0' }
  const child = spawn(process.execPath, [fileURLToPath(program)], {
    env, stdio: ['pipe', 'pipe', 'inherit']
  })
  t.teardown(() => child.kill('SIGKILL'))
  child.stdin.write('\n')
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return String(line).trim()
}
