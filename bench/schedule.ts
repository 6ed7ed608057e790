// Counts the jobs of a schedule of every second while server processes are killed:
// `node --import tsx bench/schedule.ts --seconds 60`.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import yargs from 'yargs'
import { startRedis } from '../test/support/redis/redis.ts'
import '../test/support/server/built.ts'

const { seconds, servers: size } = await yargs(process.argv.slice(2)).locale('en').version(false)
  .option('seconds', { type: 'number', default: 60, describe: 'how long jobs are counted' })
  .option('servers', { type: 'number', default: 3, describe: 'all but one of them are killed' })
  .demandCommand(0, 0)
  .strict()
  .parseAsync()

const server = fileURLToPath(new URL('../test/support/server/server-process.mjs', import.meta.url))
const endings: Array<() => unknown> = []
const teardown = (end: () => unknown) => {
  endings.push(end)
}
const redis = await startRedis({ teardown } as never)

interface Serving {
  child: ChildProcess
  url: string
}

async function serve (): Promise<Serving> {
  const env = { ...process.env, REDIS_URL: redis.url }
  const child = spawn(process.execPath, [server], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  endings.unshift(() => child.kill('SIGKILL'))
  child.stdin.write('go\n')
  const [line] = await once(child.stdout, 'data')
  return { child, url: String(line).trim() }
}

interface Seen {
  next_at: number
  last_at: number
  fired: number
  skipped: number
}

async function document (url: string): Promise<Seen> {
  return (await (await fetch(`${url}/schedule/beat`)).json()) as Seen
}

async function countWaiting (url: string): Promise<number> {
  const status = await (await fetch(`${url}/status/beat`)).json()
  return (status as { counts: { waiting: number } }).counts.waiting
}

const servers = await Promise.all(Array.from({ length: size }, serve))
const alive = servers.at(-1)!.url
const beat = '{"queue":"beat","every":1,"payload":{}}'
await fetch(`${alive}/schedule/beat`, { method: 'PUT', body: beat })
const first = (await document(alive)).next_at
for (const { child } of servers.slice(0, -1)) {
  await delay((seconds * 1000) / servers.length)
  child.kill('SIGKILL')
}
const last = first + seconds - 1
await delay(Math.max(0, (last + 0.5) * 1000 - Date.now()))
while ((await document(alive)).last_at < last) await delay(10)
const seen = await document(alive)
const waiting = await countWaiting(alive)
const due = seen.last_at - first + 1
console.log(`${due} ticks over ${size} servers, ${size - 1} of them killed`)
console.log(`${seen.fired} fired, ${seen.skipped} skipped, ${waiting} jobs`)
for (const end of endings) await end()
process.exit(seen.fired === due && waiting === due ? 0 : 1)
