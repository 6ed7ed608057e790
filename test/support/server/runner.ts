import type { Test } from 'tap'
import { Log } from '../../../cli/run/log.ts'
import { Runner } from '../../../cli/run/runner.ts'
import type { Plan } from '../../../cli/run/plan.ts'
import type { Config } from '../../../schemas/config.ts'
import { ear } from './command.ts'
import { until } from '../until.ts'
import { listen } from './app.ts'

// A connection that fetch has opened for a request that was given up meanwhile says nothing, and
// would hold up the end for half a minute.
export async function serve (t: Test, config: Partial<Config> = {}): Promise<{ url: string }> {
  const { app, url } = await listen(t, config)
  t.teardown(() => app.server.closeAllConnections())
  return { url }
}

// Each job says itself how its program acts: {"do":"exit 3"}.
// eslint-disable-next-line no-template-curly-in-string
export const script = 'read -r payload; payload=${payload#*:?}; eval "${payload%??}"'

export interface Running {
  runner: Runner
  log: () => string
  lines: () => Array<Record<string, any>>
}

export function run (t: Test, url: string, more: Partial<Plan> = {}): Running {
  const to = ear()
  const plan: Plan = {
    url,
    token: undefined,
    program: '/bin/bash',
    args: ['-c', script],
    env: process.env,
    queues: ['mail'],
    concurrency: 4,
    lease: 30,
    grace: 10,
    killAfter: 5,
    releaseDelay: 30,
    wait: 5,
    timeout: undefined,
    final: [65],
    worker: 'w1',
    log: new Log(to, true, false),
    ...more
  }
  const runner = new Runner(plan)
  t.teardown(async () => {
    for (let i = 0; i < 3; i++) runner.stop('over')
    await runner.finished.catch(() => {})
  })
  const lines = () =>
    to.text
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line))
  return { runner, log: () => to.text, lines }
}

export const push = async (url: string, what: string, query = '') => {
  const answer = await fetch(`${url}/q/mail?keep=600&${query}`, {
    method: 'POST',
    body: `{"do":"${what}"}`,
    headers: { 'content-type': 'application/json' }
  })
  return answer.headers.get('x-presque-job')!
}

export const job = async (url: string, id: string) =>
  (await (await fetch(`${url}/j/mail/${id}`)).json()) as Record<string, any>

export const state = async (url: string, id: string, wanted: string) =>
  await until(`job ${id} is ${wanted}`, async () => (await job(url, id))['state'] === wanted)
