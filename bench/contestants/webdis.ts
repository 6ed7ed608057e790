import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../test/support/redis/redis.ts'
import { start, type Child } from '../race/child.ts'

/** Resolves with why there is no webdis, if so. */
export async function isOnPath (): Promise<string | undefined> {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .some(folder => existsSync(join(folder, 'webdis')))
  return found ? undefined : 'not installed'
}

/** Starts a webdis with its own defaults. It says nothing when it is ready, so it is asked. */
export async function startWebdis (redisUrl: string): Promise<Child & { url: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'presque-bench-'))
  const [port, file] = [await freePort(), join(folder, 'webdis.json')]
  const { hostname, port: redisPort } = new URL(redisUrl)
  const config = {
    redis_host: hostname,
    redis_port: Number(redisPort),
    http_host: '127.0.0.1',
    http_port: port,
    daemonize: false,
    verbosity: 0,
    logfile: '/dev/null'
  }
  writeFileSync(file, JSON.stringify(config))
  // It complains of every connection that wrk cuts off at the end.
  const child = start('webdis', [file], {}, 'ignore')
  child.stdout.resume()
  const url = `http://127.0.0.1:${port}`
  const serves = await answers(url)
  rmSync(folder, { recursive: true })
  if (!serves) throw new Error('webdis does not answer')
  return { ...child, url }
}

async function answers (url: string): Promise<boolean> {
  for (let i = 0; i < 50; i++) {
    const ok = await fetch(`${url}/PING`).then(
      response => response.ok,
      () => false
    )
    if (ok) return true
    await delay(100)
  }
  return false
}
