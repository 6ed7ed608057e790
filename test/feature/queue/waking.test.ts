import { test } from 'tap'
import { setPolicy } from '../../../operations/queue/policy.ts'
import { touch } from '../../../operations/job/touch.ts'
import { take } from '../../../operations/job/take.ts'
import { push as pushJob } from '../../../operations/job/push.ts'
import { Subscriber } from '../../../operations/redis/pubsub.ts'
import { linked, pair, parked, post, push } from '../../support/server/two-servers.ts'
import { until } from '../../support/until.ts'

test('concurrency that a job given back for later frees lets one of those who wait have ' +
  'another at once', async t => {
  const [here, there] = await pair(t)
  await post(there, '/control/mail', '{"concurrency":1}')
  for (let i = 0; i <= 12; i++) await push(there, '/q/mail')
  let held = await fetch(`${there.url}/q/mail?lease=60`)
  const waiting = new Map(
    Array.from({ length: 12 }, (_, i) => [
      i,
      fetch(`${here.url}/q/mail?lease=60&wait=30`).then(answer => ({ i, answer }))
    ])
  )
  await parked(here, 12)
  const since = Date.now()
  while (waiting.size > 0) {
    await post(there, linked(held, 'ack').replace('/ack', '/release') + '&delay=600')
    const { i, answer } = await Promise.race(waiting.values())
    waiting.delete(i)
    held = answer
  }
  t.equal(held.headers.get('x-presque-job'), '13', 'each of them another')
  t.ok(Date.now() - since < 8000, 'and sooner than a waiter looks without being told')
})

test('servers whose clients wait are told of the new end of a lease that was made shorter, ' +
  'and of no later one', async t => {
  const [
    {
      app: { redis }
    }
  ] = await pair(t)
  const heard: string[] = []
  const subscriber = new Subscriber(redis, (_, message) => heard.push(message))
  t.teardown(() => subscriber.close())
  const { server } = subscriber
  await subscriber.add('mail')
  await until('it hears', async () => {
    await subscriber.refresh()
    await take(redis, 'mail', { server })
    await setPolicy(redis, 'mail', { tries: 25 })
    return heard.length > 0
  })
  await pushJob(redis, 'mail', [{ payload: '{}' }])
  const [job] = await take(redis, 'mail', { lease: 60, now: 100 })
  await take(redis, 'mail', { lease: 60, server, now: 101 })
  const receipt = { id: '1', receipt: job!.lease!.receipt }
  for (const lease of [100, 30, 40, 5]) {
    await touch(redis, 'mail', [{ ...receipt, lease }], { now: 102 })
  }
  await until('the last is heard', () => heard.at(-1) === 'look 5000')
  t.strictSame(
    heard.filter(message => message !== 'look 0'),
    ['look 60000', 'look 30000', 'look 5000'],
    'the first when it was taken'
  )
})
