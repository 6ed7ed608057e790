import { createServer } from 'node:http'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { presque, type Said } from './command.ts'
import { listen } from './app.ts'
import { freePort, startRedis } from '../redis/redis.ts'

interface Place {
  old: Redis
  url: string
  jobs: (queue: string) => Promise<string[]>
  delayed: (queue: string) => Promise<Array<[string, number]>>
  run: (...args: string[]) => Promise<Said>
}

/** A Redis to be moved out of, and a presque to be moved into. */
export async function place (t: Test): Promise<Place> {
  const port = await freePort()
  await startRedis(t, [], port)
  const url = `redis://127.0.0.1:${port}`
  const old = new Redis(url)
  t.teardown(() => old.disconnect())
  const { url: to } = await listen(t)
  const ask = async (path: string) => await (await fetch(to + path)).json()
  const run = async (...args: string[]): Promise<Said> => {
    const at = args.indexOf('--to')
    const where = at === -1 ? to : args.splice(at, 2)[1]!
    return await presque(where, ['import', ...args, url])
  }
  const jobs = async (queue: string) => (await ask(`/status/${queue}?with_desc=1`)).jobs ?? []
  const delayed = async (queue: string) =>
    (await ask(`/j/${queue}?state=delayed&limit=1000`)).jobs.map(
      (job: { payload: unknown; run_at: number }) => [JSON.stringify(job.payload), job.run_at]
    )
  return { old, url: to, jobs, delayed, run }
}

/** What a run has to say that leaves nothing behind: once a second, how far it is. */
export const progress = /^(presque import: \d+ of \d+ found so far are in presque\n)*$/

/** All that a Redis holds, key by key. */
export async function dump (redis: Redis): Promise<Array<[string, string]>> {
  const keys = (await redis.keys('*')).toSorted()
  return await Promise.all(
    keys.map(async key => [key, (await redis.dumpBuffer(key))!.toString('hex')] as [string, string])
  )
}

/** Hands `count` pushes on, the answer to the last one lost; refuses from then on. */
export async function failing (t: Test, url: string, count: number): Promise<string> {
  let left = count
  const server = createServer(async (request, reply) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    if (left-- <= 0) return reply.writeHead(401).end('{"error":"enough"}')
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': String(request.headers['idempotency-key'])
    }
    const answer = await fetch(url + request.url, {
      method: 'POST',
      headers,
      body: Buffer.concat(chunks)
    })
    reply.writeHead(left === 0 ? 401 : answer.status).end(left === 0 ? '{"error":"enough"}' : '')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}
