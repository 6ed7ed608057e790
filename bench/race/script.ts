import { scriptKey } from '../../operations/redis/keys.ts'
import { compile } from '../../operations/redis/script.ts'
import { cpu, output } from './child.ts'
import { payload } from './kind.ts'
import type { Place } from '../setup.ts'
import type { Figure } from './figure.ts'

// What lua/job/push.lua is told of one job about which nothing is special.
const told: Record<string, string> = { plain: '1', '...fields': payload }

/** Redis alone, with presque's own script to push one job a call, 50 calls in a pipeline. */
export async function pushScript ({ redis, url, pid }: Place, seconds: number): Promise<Figure> {
  const { keys, args, lua } = compile('push')
  await redis.flushall('SYNC')
  const sha = (await redis.script('LOAD', lua)) as string
  const call = [
    sha,
    keys.length,
    ...keys.map(key => `presque:${scriptKey('mail', key)}`),
    ...args.map(arg => told[arg] ?? '')
  ].map(String)
  await redis.config('RESETSTAT')
  const count = 50_000 * seconds
  const before = cpu(pid)
  const flags = ['-p', new URL(url).port, '-n', String(count), '-P', '50', '--csv']
  const text = await output('redis-benchmark', [...flags, 'EVALSHA', ...call])
  const used = cpu(pid) - before
  const failed = /cmdstat_evalsha:.*failed_calls=(\d+)/.exec(await redis.info('commandstats'))?.[1]
  if (failed !== undefined && failed !== '0') {
    throw new Error(`redis-benchmark: ${failed} calls of the script failed`)
  }
  const requests = rate(text)
  return { requests, jobs: requests, redis: used / count }
}

// The last line ends with requests a second and six latencies; the call before them has quotes of
// its own.
function rate (csv: string): number {
  const found = /"([\d.]+)"(?:,"[\d.]+"){6}\s*$/.exec(csv)
  if (found === null) throw new Error(`redis-benchmark printed no figures: ${csv}`)
  return Number(found[1])
}
