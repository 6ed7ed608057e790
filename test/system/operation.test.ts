import { test } from 'tap'
import { Crashing } from '../support/server/crashing.ts'
import { until } from '../support/until.ts'

const jobs = 1000
const rate = 500

test('an operation whose server is killed goes on at its rate, does each job once, and none is ' +
  'left out', async t => {
  const presque = new Crashing(t)
  const ask = async (method: string, path: string, body?: object): Promise<any> => {
    const answer = await fetch(presque.url + path, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
    })
    return await answer.json().catch(() => null)
  }
  await presque.serving
  await ask('POST', '/qb/mail', { jobs: Array.from({ length: jobs }, (_, n) => ({ n })) })
  const held: Array<{ id: string, receipt: string }> =
    await ask('POST', `/qb/mail/take?lease=60&batch_size=${jobs}`)
  const nacks = held.map(({ id, receipt }) => ({ id, receipt, retry: false }))
  await ask('POST', '/qb/mail/nack', { jobs: nacks })
  const wanted = { queue: 'mail', where: { state: 'failed' }, do: 'retry', rate }
  const { id } = await ask('POST', '/operations', wanted)
  const stands = async () => await ask('GET', `/operations/${id}`)
  const victims = ['presque', 'both'] as const
  for (const [n, victim] of victims.entries()) {
    await until('some jobs have gone', async () => (await stands()).counts.done > n * jobs / 3)
    await presque.crash(victim)
  }
  await until('all have gone', async () => (await stands()).state === 'completed', 30_000)
  const { counts, created_at: began, changed_at: ended } = await stands()
  const { counts: now } = await ask('GET', '/status/mail')
  t.match(now, { waiting: jobs, failed: 0 })
  t.equal(counts.done, jobs)
  t.ok(ended - began >= jobs / rate, `${ended - began} s`)
})
