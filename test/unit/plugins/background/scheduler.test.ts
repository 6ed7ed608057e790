import { test } from 'tap'
import { queueStatus } from '../../../../operations/queue/queue.ts'
import { getSchedule } from '../../../../operations/schedule/schedule.ts'
import { startRedis } from '../../../support/redis/redis.ts'
import { until } from '../../../support/until.ts'
import { listen } from '../../../support/server/app.ts'

test('three servers fire a schedule of every second, each tick once, ' +
  'and go on when one of them stops', async t => {
  const { url } = await startRedis(t)
  const servers = await Promise.all([1, 2, 3].map(async () => await listen(t, { REDIS_URL: url })))
  const [first, second] = servers
  await fetch(`${first!.url}/schedule/beat`, {
    method: 'PUT',
    body: '{"queue":"mail","every":1,"payload":{}}'
  })
  const since = (await getSchedule(first!.app.redis, 'beat'))!.next_at!
  await until('it has fired', async () => (await getSchedule(first!.app.redis, 'beat'))!.fired >= 1)
  await first!.app.close()
  await until(
    'three have come',
    async () => (await getSchedule(second!.app.redis, 'beat'))!.fired >= 3
  )
  const { redis } = second!.app
  const { last_at: last, fired } = (await getSchedule(redis, 'beat'))!
  t.equal(fired, last! - since + 1, 'one a tick')
  t.equal((await queueStatus(redis, 'mail')).counts.waiting, fired)
})

test('a schedule wakes who waits for a job, and is heard of', async t => {
  const { url } = await listen(t)
  await fetch(`${url}/schedule/beat`, {
    method: 'PUT',
    body: '{"queue":"mail","cron":"* * * * * *","payload":{"n":1}}'
  })
  const answer = await fetch(`${url}/q/mail?lease=30&wait=20`)
  t.same([answer.status, await answer.text()], [200, '{"n":1}'])
})
