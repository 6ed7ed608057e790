import { test } from 'tap'
import { silentWorkers } from '../../../../operations/worker/registration.ts'
import { register, unregister } from '../../../../operations/worker/worker.ts'
import { build } from '../../../support/server/app.ts'

test('silentWorkers() finds those that fell silent in the last hour without a word', async t => {
  const { redis } = await build(t)
  const now = 1_700_000_000
  for (const id of ['w1', 'w2', 'w3', 'w4']) await register(redis, 'mail', id)
  for (const id of ['w2', 'w5']) await register(redis, 'print', id)
  await unregister(redis, 'mail', 'w4')
  t.strictSame([...await silentWorkers(redis, 9)], [], 'all have just been seen')
  const mail = [['w1 mail', 299], ['w2 mail', 300], ['w3 mail', 3601]] as const
  const print = [['w2 print', 3600], ['w5 print', 900]] as const
  for (const [pair, age] of [...mail, ...print]) {
    await redis.zadd('noted', (now - age) * 1000, pair)
  }
  t.strictSame(
    [...await silentWorkers(redis, 9, { now })],
    [['mail', ['w2']], ['print', ['w5', 'w2']]]
  )
  t.strictSame([...await silentWorkers(redis, 1, { now })], [['mail', ['w2']]])
  t.strictSame([...await silentWorkers(redis, 1, { now: now + 9000 })], [])
})
