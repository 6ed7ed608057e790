import { test } from 'tap'
import { client, type Client } from '../../support/http/http-client.ts'
import { until } from '../../support/until.ts'

async function fail (ask: Client['ask'], queue: string, body: object): Promise<void> {
  await ask(`POST /q/${queue}`, '{}')
  const { headers } = await ask(`POST /q/${queue}/take?lease=30&worker_id=w1`)
  const [id, receipt] = [headers['x-presque-job'], headers['x-presque-receipt']]
  await ask(`POST /j/${queue}/${String(id)}/nack?receipt=${String(receipt)}`, JSON.stringify(body))
}

const told = (message: string) => ({ error: { type: 'E', message }, retry: false })

test('GET tells the error groups of a queue, and one of them', async t => {
  const { ask, says, refuses } = await client(t)
  await says(200, { errors: [] }, 'GET /errors/mail')
  await fail(ask, 'mail', told('no user 1'))
  await fail(ask, 'mail', told('no user 2'))
  await fail(ask, 'mail', { retry: false })
  const { errors } = (await ask('GET /errors/mail')).json()
  t.match(errors, [
    { queue: 'mail', type: null, message: null, count: 1, failed: 1 },
    { type: 'E', message: 'no user 1', count: 2, retrying: 0, failed: 2, workers: ['w1'] }
  ].sort((a, b) => b.count - a.count))
  const { fingerprint } = errors[0]
  const one = (await ask(`GET /errors/mail/${fingerprint}`)).json()
  t.match(one, { ...errors[0], samples: [{ id: '2', message: 'no user 2' }, { id: '1' }] })
  t.equal(one.rates.times.length, one.rates.failures.length)
  t.equal((await ask('GET /errors/mail?limit=1')).json().errors.length, 1)
  await refuses(404, 'no such error', 'GET /errors/mail/000000000000')
  const digits = 'the fingerprint of an error must be 12 hexadecimal digits'
  await refuses(400, digits, 'GET /errors/mail/x')
  await refuses(400, 'limit must be a whole number from 0 to 1000', 'GET /errors/mail?limit=1001')
})

test('GET tells the error groups of all queues', async t => {
  const { ask } = await client(t)
  await fail(ask, 'a', told('no user 1'))
  for (let n = 0; n < 3; n++) await fail(ask, 'b', told('no more'))
  await ask('POST /q/plain', '{}')
  const all = async () => (await ask('GET /errors')).json().errors
  await until('all have been seen', async () => (await all()).length === 2)
  const errors = await all()
  t.match(errors, [{ queue: 'b', count: 3 }, { queue: 'a', count: 1 }])
  t.match((await ask('GET /errors?limit=1')).json().errors, [{ queue: 'b' }])
})

test('an error group is retried or cancelled, and no state but failed and retrying has ' +
  'one', async t => {
  const { ask, says, refuses } = await client(t)
  for (const message of ['a', 'b', 'c']) await fail(ask, 'mail', told(message))
  await fail(ask, 'mail', { error: { type: 'E', message: 'c' }, delay: 1000 })
  const { errors } = (await ask('GET /errors/mail')).json()
  const of = (message: string): string =>
    errors.find((one: { message: string }) => one.message === message).fingerprint
  await says(200, { count: 1 }, `POST /j/mail/retry?state=failed&error=${of('a')}`)
  await says(200, { count: 1 }, `DELETE /j/mail?state=failed&error=${of('b')}`)
  await says(200, { count: 1 }, `DELETE /j/mail?state=retrying&error=${of('c')}`)
  t.match((await ask('GET /status/mail')).json().counts, { waiting: 1, failed: 1, delayed: 0 })
  const refused = 'error goes with state=failed or state=retrying'
  await refuses(400, refused, `DELETE /j/mail?state=waiting&error=${of('c')}`)
  await refuses(400, refused, `POST /j/mail/retry?state=delayed&error=${of('c')}`)
})
