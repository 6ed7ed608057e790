// Push and take through HTTP, against the least there can be: a bare Fastify route with one Redis command.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { freePort } from '../test/fixtures/redis.ts'
import { fill, machine, median, place, serve } from './setup.ts'

const run = promisify(execFile)
const rounds = 5
const seconds = 2
const payload = '{"to":"ann@example.org"}'
// More than a round takes, so that it never ends in 404.
const stock = 200_000

async function floor (redisUrl: string): Promise<{ url: string, close (): Promise<void> }> {
  const app = Fastify()
  const redis = new Redis(redisUrl, { enableAutoPipelining: true })
  app.post('/q/mail', async (request, reply) => {
    await redis.rpush('floor', JSON.stringify(request.body))
    return reply.code(201).send()
  })
  app.get('/q/mail', async (_request, reply) => reply.type('application/json').send(await redis.lpop('floor')))
  app.addHook('onClose', async () => { await redis.quit() })
  return { url: await app.listen({ host: '127.0.0.1', port: 0 }), close: async () => await app.close() }
}

// Requests a second.
async function wrk (url: string, flags: string[] = []): Promise<number> {
  const { stdout } = await run('wrk', ['-t1', '-c50', `-d${seconds}s`, ...flags, `${url}/q/mail`])
  if (/Non-2xx/.test(stdout)) throw new Error(`${url}: not all answers were 2xx\n${stdout}`)
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)![1])
}

function line (name: string, least: number[], ours: number[]): string {
  const [a, b] = [median(least), median(ours)]
  return `${name}: bare route ${Math.round(a)}, presque ${Math.round(b)} requests/s, ratio ${(b / a).toFixed(2)}`
}

async function measure (): Promise<void> {
  const { url: redisUrl, redis, stop } = await place(await freePort())
  const [bare, presque] = [await floor(redisUrl), await serve(redisUrl)]
  const folder = mkdtempSync(join(tmpdir(), 'presque-bench-'))
  const script = join(folder, 'push.lua')
  writeFileSync(script, `wrk.method = "POST"\nwrk.body = '${payload}'\nwrk.headers["content-type"] = "application/json"\n`)
  const found = { push: [[], []] as [number[], number[]], take: [[], []] as [number[], number[]] }
  for (let round = 0; round < rounds; round++) {
    found.push[0].push(await wrk(bare.url, ['-s', script]))
    found.push[1].push(await wrk(presque.url, ['-s', script]))
    await redis.flushall()
    await redis.eval(`for i = 1, ${stock} do redis.call('RPUSH', 'floor', '${payload}') end`, 0)
    await fill(redis, 'mail', stock, () => ({ payload }))
    found.take[0].push(await wrk(bare.url))
    found.take[1].push(await wrk(presque.url))
  }
  console.log(line('push', ...found.push))
  console.log(line('take', ...found.take))
  await Promise.all([bare.close(), presque.close()])
  await stop()
  rmSync(folder, { recursive: true })
}

try {
  await run('wrk', ['--version']).catch(({ code }) => { if (code === 'ENOENT') throw new Error('wrk is not installed (apt-get install wrk)') })
  console.log(`50 connections over TCP, medians of ${rounds} rounds of ${seconds} s in turn; ${machine()}`)
  await measure()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
