import { spawnSync } from 'node:child_process'
import { output } from './child.ts'

/** What wrk saw: requests, those refused among them, seconds it took, and latencies in ms. */
export interface Load {
  requests: number
  refused: number
  seconds: number
  p50: number
  p99: number
}

export interface Traffic {
  url: string
  connections: number
  seconds: number
  script?: string | undefined
  args?: string[] | undefined
}

const ms: Record<string, number> = { us: 0.001, ms: 1, s: 1000, m: 60_000 }

/** Throws where there is no wrk. */
export function requireWrk (): void {
  if (spawnSync('wrk', ['--version']).error) {
    throw new Error('the load generator wrk is missing: apt-get install wrk')
  }
}

/** Runs wrk against a server, from one thread. */
export async function load (traffic: Traffic): Promise<Load> {
  const { url, connections, seconds, script, args = [] } = traffic
  const lua = script === undefined ? [] : ['-s', `bench/wrk/${script}.lua`]
  const flags = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency']
  const text = await output('wrk', [...flags, ...lua, url, '--', ...args])
  const broken = /Socket errors:.*/.exec(text)
  if (broken !== null) throw new Error(`${url}: ${broken[0]}`)
  const [, requests] = /(\d+) requests in/.exec(text)!
  return {
    requests: Number(requests),
    refused: Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0),
    seconds: Number(requests) / Number(/Requests\/sec:\s+([\d.]+)/.exec(text)![1]),
    p50: latency(text, 50),
    p99: latency(text, 99)
  }
}

function latency (text: string, percent: number): number {
  const [, value, unit] = new RegExp(`${percent}%\\s+([\\d.]+)(\\w+)`).exec(text)!
  return Number(value) * ms[unit!]!
}
