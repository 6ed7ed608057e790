// Counts the jobs of a schedule of every second while server processes are killed: `node --import tsx bench/schedule.ts --seconds 60`.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startRedis } from '../test/fixtures/redis.ts'
import '../test/fixtures/shipped.ts'

const server = fileURLToPath(new URL('../test/fixtures/server.mjs', import.meta.url))
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, servers: { type: 'string', default: '3' } } })
const endings: Array<() => unknown> = []
const redis = await startRedis({ teardown: (end: () => unknown) => { endings.push(end) } } as never)

async function serve (): Promise<{ child: ChildProcess, url: string }> {
  const child = spawn(process.execPath, [server], { env: { ...process.env, REDIS_URL: redis.url }, stdio: ['pipe', 'pipe', 'inherit'] })
  endings.unshift(() => child.kill('SIGKILL'))
  child.stdin.write('go\n')
  const [line] = await once(child.stdout, 'data')
  return { child, url: String(line).trim() }
}

interface Seen { next_at: number, last_at: number, fired: number, skipped: number }
const document = async (url: string): Promise<Seen> => await (await fetch(`${url}/schedule/beat`)).json() as Seen

const servers = await Promise.all(Array.from({ length: Number(values.servers) }, serve))
const alive = servers.at(-1)!.url
await fetch(`${alive}/schedule/beat`, { method: 'PUT', body: '{"queue":"beat","every":1,"payload":{}}' })
const first = (await document(alive)).next_at
for (const { child } of servers.slice(0, -1)) {
  await delay(Number(values.seconds) * 1000 / servers.length)
  child.kill('SIGKILL')
}
const last = first + Number(values.seconds) - 1
await delay(Math.max(0, (last + 0.5) * 1000 - Date.now()))
while ((await document(alive)).last_at < last) await delay(10)
const seen = await document(alive)
const { counts } = await (await fetch(`${alive}/status/beat`)).json() as { counts: { waiting: number } }
const due = seen.last_at - first + 1
console.log(`${due} ticks over ${servers.length} servers, ${servers.length - 1} of them killed: ${seen.fired} fired, ${seen.skipped} skipped, ${counts.waiting} jobs`)
for (const end of endings) await end()
process.exit(seen.fired === due && counts.waiting === due ? 0 : 1)
