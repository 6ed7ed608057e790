import { test } from 'tap'
import { errors } from '../../../../operations/errors.ts'
import { restore } from '../../../../operations/job/put-back.ts'
import { take } from '../../../../operations/job/take.ts'
import { push } from '../../../../operations/job/push.ts'
import { purge, queueStatus } from '../../../../operations/queue/queue.ts'
import { PutBack } from '../../../../operations/job/put-back.ts'
import { until } from '../../../support/until.ts'
import { build } from '../../../support/server/app.ts'

const away = async (): Promise<never> => {
  throw new errors.REDIS_UNAVAILABLE()
}

test('restore() puts a job back once, though it is tried again after another worker ' +
  'has taken it', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}' }])
  const jobs = await take(redis, 'mail')
  t.equal(await restore(redis, 'mail', jobs, { ticket: 'a' }), 1)
  const again = await take(redis, 'mail')
  t.equal(again.length, 1)
  t.equal(
    await restore(redis, 'mail', jobs, { ticket: 'a' }),
    0,
    'the answer to the first try was lost'
  )
  t.match(await queueStatus(redis, 'mail'), { counts: { waiting: 0 }, processed: 1 })
  t.equal(await restore(redis, 'mail', again, { ticket: 'b' }), 1, 'but that one goes back as well')
})

test('restore() brings nothing back from before a purge, ' +
  'even where the id has been given again', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{"n":1}' }])
  const before = await take(redis, 'mail')
  await purge(redis, 'mail')
  t.equal(await restore(redis, 'mail', before), 0)
  await push(redis, 'mail', [{ payload: '{"n":2}' }, { payload: '{"n":3}' }])
  const after = await take(redis, 'mail')
  t.equal(after[0]!.id, before[0]!.id)
  t.equal(await restore(redis, 'mail', before), 0)
  t.equal(await restore(redis, 'mail', after), 1)
  t.equal((await take(redis, 'mail'))[0]!.payload, '{"n":2}')
})

test('a return that fails while Redis is away is tried again with the same ticket, ' +
  'until it is done', async t => {
  const returns = new PutBack(error => t.fail(error.message))
  t.teardown(async () => await returns.close())
  const tickets: string[] = []
  let tries = 0
  returns.add(async ticket => {
    tickets.push(ticket)
    if (++tries < 3) await away()
  })
  await until('it is done', () => tickets.length === 3 && returns.held === 0)
  t.equal(new Set(tickets).size, 1)
})

test('of what cannot be put back now, so much is held as there is room for, ' +
  'and the rest is given up at once', async t => {
  let lost = 0
  const returns = new PutBack(() => {
    lost++
  })
  for (let i = 0; i < 3; i++) returns.add(away, 7 * 2 ** 20)
  await until('one did not fit', () => lost === 1)
  t.equal(returns.held, 2)
  for (let i = 0; i < 10_000; i++) returns.add(away)
  await until('two did not', () => lost === 3)
  t.equal(returns.held, 10_000)
  await returns.close()
  t.equal(lost, 10_003, 'a last try was made of each')
  t.equal(returns.held, 0)
})
