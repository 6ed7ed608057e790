import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isAlive } from '../../support/redis/private-redis.ts'
import { freePort } from '../../support/redis/redis.ts'
import { until } from '../../support/until.ts'
import { judge, read, type Document, type Verdict } from './effects.ts'
import { Victim } from './victim.ts'

export interface Plan {
  jobs: number
  kills: number
  say: (sentence: string) => void
}

export const base = 0.5
const killAfter = 1
const victims = ['runner', 'presque', 'redis'] as const
const effect = fileURLToPath(new URL('effect.sh', import.meta.url))

interface Stage {
  url: string
  effects: string
  server: Victim
  runner: Victim
  say: Plan['say']
}

/**
 * Lets `presque run` work through jobs while it, the server and the Redis are killed so often each,
 * and says what became of the jobs.
 */
export async function chaos ({ jobs, kills, say }: Plan): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'presque-chaos-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const effects = join(folder, 'effects')
  appendFileSync(effects, '')
  const server = new Victim(['serve'], {
    PORT: String(port),
    PRESQUE_DATA: join(folder, 'data'),
    REDIS_URL: '',
    LOG_LEVEL: 'error'
  })
  const runner = new Victim(
    [
      'run',
      'mail',
      '--concurrency',
      '8',
      '--lease',
      '3',
      '--kill-after',
      String(killAfter),
      '--',
      effect
    ],
    { PRESQUE_URL: url, EFFECTS: effects }
  )
  const stage: Stage = { url, effects, server, runner, say }
  try {
    await serves(url)
    await fill(url, jobs)
    say(`${jobs} jobs are pushed`)
    const left = await rampage(stage, jobs, kills)
    await until('all jobs are through', async () => (await rest(url)) === 0, 120_000)
    const code = await runner.stop()
    const verdict = judge(read(effects), jobs, base, await documents(url, jobs))
    if (code !== 0) verdict.violations.push(`the runner ended with ${code}: ${runner.said}`)
    return { ...verdict, violations: [...verdict.violations, ...left] }
  } catch (error) {
    say(`runner: ${runner.said}\nserver: ${server.said}`)
    throw error
  } finally {
    await runner.kill()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function serves (url: string): Promise<void> {
  await until(
    'presque serves',
    async () =>
      await fetch(`${url}/status/`).then(
        ({ ok }) => ok,
        () => false
      ),
    60_000
  )
}

// Every fifth job fails once, every fiftieth twice.
async function fill (url: string, jobs: number): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  await fetch(`${url}/control/mail`, {
    method: 'POST',
    body: JSON.stringify({ keep: 3600, backoff: { base, max: 60 } })
  })
  for (let from = 0; from < jobs; from += 1000) {
    const some = Array.from({ length: Math.min(1000, jobs - from) }, (_, i) => ({
      n: from + i,
      fails: (from + i) % 50 === 0 ? 2 : (from + i) % 5 === 0 ? 1 : 0
    }))
    const { status } = await fetch(`${url}/qb/mail`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ jobs: some })
    })
    if (status !== 201) throw new Error(`push: ${status}`)
  }
}

// Spread over the work. What a killed runner left running must be gone soon; who is not is told.
async function rampage (stage: Stage, jobs: number, kills: number): Promise<string[]> {
  const left: string[] = []
  for (let i = 1; i <= kills * victims.length; i++) {
    const goal = (jobs * i) / (kills * victims.length + 1)
    await until(`${goal} jobs are done`, () => done(stage) >= goal, 120_000)
    const victim = victims[i % victims.length]!
    stage.say(`${done(stage)} done; killing ${victim}`)
    left.push(...(await kill(stage, victim)))
  }
  return left
}

const done = ({ effects }: Stage): number =>
  readFileSync(effects, 'utf8').split('\ndone ').length - 1

async function kill (
  { server, runner, effects, url }: Stage,
  victim: (typeof victims)[number]
): Promise<string[]> {
  if (victim === 'redis') process.kill(server.below(/redis-server|redis\.sock/)!, 'SIGKILL')
  if (victim === 'presque') {
    await server.kill()
    server.start()
  }
  if (victim === 'runner') {
    await runner.kill()
    const pids = read(effects).map(({ pid }) => pid)
    await delay(killAfter * 1000 + 1000)
    const alive = pids.filter(isAlive)
    runner.start()
    return alive.map(pid => `program ${pid} runs on without its runner`)
  }
  await serves(url)
  return []
}

interface Counts {
  counts: Record<'waiting' | 'delayed' | 'active' | 'failed', number>
}

async function rest (url: string): Promise<number> {
  const answer = await fetch(`${url}/status/mail`)
  if (!answer.ok) return -1
  const {
    counts: { waiting, delayed, active }
  } = (await answer.json()) as Counts
  return waiting + delayed + active
}

async function documents (url: string, jobs: number): Promise<Document[]> {
  const all: Document[] = []
  for (const state of ['completed', 'failed']) {
    for (let offset = 0; offset < jobs; offset += 1000) {
      all.push(
        ...(
          (await (
            await fetch(`${url}/j/mail?state=${state}&offset=${offset}&limit=1000`)
          ).json()) as { jobs: Document[] }
        ).jobs
      )
    }
  }
  return all
}
