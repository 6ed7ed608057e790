import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { listenAt } from '../../support/http/sse-client.ts'
import { parked, push } from '../../support/server/two-servers.ts'
import { startRedis, type TestRedis } from '../../support/redis/redis.ts'
import { until } from '../../support/until.ts'
import { asShipped, listen } from '../../support/server/app.ts'

const outages: Array<[string, (redis: TestRedis, missed: () => Promise<void>) => Promise<void>]> = [
  [
    'was frozen',
    async ({ child }, missed) => {
      child.kill('SIGSTOP')
      await missed()
      // Longer than presque waits for any answer.
      await delay(1500)
      child.kill('SIGCONT')
    }
  ],
  [
    'came back empty, its scripts forgotten',
    async (redis, missed) => {
      await redis.stop()
      await missed()
      await redis.start()
    }
  ]
]

for (const [what, outage] of outages) {
  test(`who waits, listens and consumes goes on by itself after a Redis that ${what}`, async t => {
    const redis = await startRedis(t)
    const here = await listen(t, { REDIS_URL: redis.url }, asShipped)
    const status = async () => (await fetch(`${here.url}/status`)).status
    const answer = fetch(`${here.url}/q/parked?lease=30&wait=30`)
    await parked(here, 1)
    const events = await listenAt(t, `${here.url}/events?queue=told`)
    const jobs = await listenAt(t, `${here.url}/q/streamed?lease=30`)
    await outage(
      redis,
      async () => await until('Redis is missed', async () => (await status()) === 503)
    )
    await until('Redis is back', async () => (await status()) === 200)
    for (const queue of ['parked', 'streamed']) await push(here, `/q/${queue}`)
    t.equal((await answer).status, 200)
    await jobs.hears(1)
    t.equal(jobs.jobs.length, 1)
    // An empty Redis knows of no client that listens until the server looks.
    await until('an event has come', async () => {
      await push(here, '/q/told')
      return events.brief.some(line => line.startsWith('pushed told'))
    })
    t.notOk(events.over || jobs.over)
  })
}
