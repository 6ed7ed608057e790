import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { test, type Test } from 'tap'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { take } from '../../../operations/job/take.ts'
import { place } from '../../support/redis/private-redis.ts'
import { freePort, startRedis } from '../../support/redis/redis.ts'
import { until } from '../../support/until.ts'
import { asShipped, build, listen } from '../../support/server/app.ts'
import { blocks } from './markdown.ts'

const block = (language: string): string => blocks('docs/guide/at-least-once.md', language)[0]!

// What each works with: it notes the job, and is done once the test says so.
const handle = `
def handle(job):
    with open("began", "a") as file:
        file.write("x")
    while not os.path.exists("go"):
        time.sleep(0.02)
work(sys.argv[1], handle)
`
const program = ['bash', '-c', 'printf x >>began; until [ -e go ]; do sleep 0.02; done']

interface Working {
  child: ChildProcess
  errors: string[]
  began: () => number
  go: () => void
}

/** The worker of the documentation in that language, at work on a queue. */
function work (t: Test, language: string, url: string, queue = 'mail'): Working {
  const cwd = place(t)
  writeFileSync(join(cwd, 'worker'), block(language) + (language === 'python' ? handle : ''))
  const args = language === 'python' ? ['worker', queue] : ['worker', queue, ...program]
  const env = { ...process.env, PRESQUE_URL: url }
  const stdio: ['ignore', 'ignore', 'pipe'] = ['ignore', 'ignore', 'pipe']
  const shell = language === 'python' ? 'python3' : 'bash'
  const child = spawn(shell, args, { cwd, env, stdio, detached: true })
  const errors: string[] = []
  child.stderr!.on('data', piece => errors.push(String(piece)))
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    process.kill(-child.pid!, 'SIGKILL')
    await once(child, 'exit')
  })
  return {
    child,
    errors,
    began: () => (existsSync(join(cwd, 'began')) ? readFileSync(join(cwd, 'began')).length : 0),
    go: () => writeFileSync(join(cwd, 'go'), '')
  }
}

async function push (url: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  await fetch(`${url}/q/mail`, { method: 'POST', body: '{}', headers })
}

const processed = async ({ redis }: FastifyInstance) => (await queueStatus(redis, 'mail')).processed

/** Resolves with the status of the next answer to a request whose path has that in it. */
async function answered (app: FastifyInstance, path: string): Promise<number> {
  return await new Promise(resolve => {
    app.server.on('request', (request, response) => {
      if (request.url!.includes(path)) response.once('finish', () => resolve(response.statusCode))
    })
  })
}

for (const language of ['bash', 'python']) {
  test(`the ${language} worker of the docs goes on when its job has gone to another`, async t => {
    const { app, url } = await listen(t)
    await push(url)
    const { errors, began, go } = work(t, language, url)
    await until('it works', () => began() === 1)
    const later = Date.now() / 1000 + 61
    const taken = await take(app.redis, 'mail', { lease: 3600, now: later })
    t.match(taken, [{ id: '1', lease: { attempt: 2 } }])
    go()
    await until('it is refused', () => errors.join('').includes('not told: /j/mail/1/ack'))
    await push(url)
    await until('the next is done', async () => (await processed(app)) === 1)
    const { counts } = await queueStatus(app.redis, 'mail')
    t.match(counts, { active: 1, waiting: 0, failed: 0 }, "the first is the other's")
  })

  test(`the ${language} worker of the docs tells its outcome once the server is back`, async t => {
    const redis = await startRedis(t)
    const port = await freePort()
    const serve = async () => {
      const app = await build(t, { REDIS_URL: redis.url })
      await app.listen({ host: '127.0.0.1', port })
      return app
    }
    const before = await serve()
    const url = `http://127.0.0.1:${port}`
    await push(url)
    const { began, go } = work(t, language, url)
    await until('it works', () => began() === 1)
    await before.close()
    const broken = createServer(socket => socket.destroy()).listen(port, '127.0.0.1')
    go()
    await once(broken, 'connection')
    broken.close()
    await once(broken, 'close')
    const after = await serve()
    await until('it is told', async () => (await processed(after)) === 1)
    await push(url)
    await until('it takes again', async () => (await processed(after)) === 2)
    t.equal(began(), 2, 'each was worked on once')
  })

  test(`the ${language} worker of the docs rides out a Redis that is away`, async t => {
    const redis = await startRedis(t, ['--appendonly', 'yes', '--appendfsync', 'always'])
    const { app, url } = await listen(t, { REDIS_URL: redis.url }, asShipped)
    await push(url)
    await redis.stop()
    const refused = answered(app, '/take')
    const { began, go, errors } = work(t, language, url)
    t.equal(await refused, 503)
    await until('it says so', () => /no job: .*503/.test(errors.join('')))
    await redis.start()
    await until('it works', () => began() === 1)
    await redis.stop()
    const unheard = answered(app, '/ack')
    go()
    t.equal(await unheard, 503)
    await redis.start()
    await until('it is told', async () => (await processed(app).catch(() => 0)) === 1)
    t.equal(began(), 1)
  })

  test(`the ${language} worker of the docs finishes its job on SIGTERM, and ends`, async t => {
    const { app, url } = await listen(t)
    await push(url)
    await push(url)
    const { child, began, go } = work(t, language, url)
    await until('it works', () => began() === 1)
    child.kill('SIGTERM')
    go()
    const [code] = await once(child, 'exit')
    t.equal(code, 0)
    const status = await queueStatus(app.redis, 'mail')
    t.match(status, { processed: 1, counts: { waiting: 1, active: 0 } })
  })

  test(`the ${language} worker of the docs says that it is refused`, async t => {
    const { url } = await listen(t)
    const { errors, child } = work(t, language, url, 'no+queue')
    await until('it says so', () => /no job: .*400/.test(errors.join('')))
    t.equal(child.exitCode, null, 'and goes on')
  })
}
