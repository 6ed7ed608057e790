import { test } from 'tap'
import { bearer, tokenFile } from '../../support/http/tokens.ts'
import { build } from '../../support/server/app.ts'

test('GET /access tells what the token that comes with it may do', async t => {
  const { path, secrets } = tokenFile(t, {
    name: 'ann',
    roles: ['read', 'produce'],
    queues: ['mail', 'm.*']
  })
  const named = { PRESQUE_NAME: 'staging', PRESQUE_COLOUR: 'blue' } as const
  const app = await build(t, { PRESQUE_TOKENS: path, ...named })
  t.same((await app.inject({ url: '/access', headers: bearer(secrets['ann']) })).json(), {
    name: 'ann',
    roles: ['read', 'produce'],
    queues: ['mail', 'm.*'],
    colour: 'blue',
    environment: 'staging'
  })
  t.equal((await app.inject('/access')).statusCode, 401)
})
