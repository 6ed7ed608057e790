import { test } from 'tap'
import { push } from '../../../operations/job/push.ts'
import { setPolicy } from '../../../operations/queue/policy.ts'
import { startRedis } from '../../support/redis/redis.ts'
import { listen } from '../../support/server/app.ts'
import { until } from '../../support/until.ts'
import { presque } from '../../support/server/command.ts'

test('presque doctor ends with 1 if there is any trouble, and names it', async t => {
  const redis = await startRedis(t, ['--appendonly', 'yes'])
  const { app, url } = await listen(t, { REDIS_URL: redis.url })
  t.match(await presque(url, ['doctor', '--json']), { code: 0, out: '', err: '' })
  await setPolicy(app.redis, 'mail', { status: 'stop' })
  await push(app.redis, 'mail', [{ payload: '{}' }])
  let said = { code: 0 as number | null, out: '' }
  await until('it is told', async () => {
    said = await presque(url, ['doctor'])
    return said.code === 1
  })
  t.match(JSON.parse(said.out), { queue: 'mail', kind: 'stopped', severity: 'warning' })
})
