import { test } from 'tap'
import { client } from '../../support/http/http-client.ts'
import { bearer, tokenFile } from '../../support/http/tokens.ts'
import { build } from '../../support/server/app.ts'

test('a schedule is set, looked at, replaced, listed and deleted, ' +
  'and its payload keeps its bytes', async t => {
  const { ask, says, refuses } = await client(t)
  const body =
    '{"payload": { "n": 12345678901234567890, "__proto__": 1 }, ' +
      '"queue":"mail","cron":"*/5 * * * *","tz":"Europe/Berlin"}'
  const made = await ask('PUT /schedule/a', body)
  t.equal(made.statusCode, 201)
  t.match(made.body, /"payload":\{ "n": 12345678901234567890, "__proto__": 1 \}\}$/)
  t.match(made.json(), {
    name: 'a',
    queue: 'mail',
    cron: '*/5 * * * *',
    tz: 'Europe/Berlin',
    overlap: 'allow',
    catchup: 'none',
    last_at: null,
    last_job: null,
    fired: 0,
    skipped: 0,
    last_error: null
  })
  const { next_at: next } = made.json()
  t.ok(next % 300 === 0 && next > Date.now() / 1000 - 1 && next < Date.now() / 1000 + 301)
  for (const path of ['/schedule/a', '/schedule/a/']) await says(200, made.body, `GET ${path}`)
  const again = await ask(
    'PUT /schedule/a/',
    '{"queue":"post","every":1.5,"payload":{},"overlap":"skip","catchup":"one",' +
      '"priority":1,"tries":3,"ttl":60,"keep":5}'
  )
  t.equal(again.statusCode, 200)
  t.match(again.json(), {
    queue: 'post',
    every: 1.5,
    tz: 'UTC',
    overlap: 'skip',
    catchup: 'one',
    priority: 1,
    tries: 3,
    ttl: 60,
    keep: 5
  })
  t.notOk('cron' in again.json())
  await ask('PUT /schedule/B', '{"queue":"post","every":60,"tz":"UTC","payload":{}}')
  for (const path of ['/schedule', '/schedule/']) {
    const { schedules, size } = (await ask(`GET ${path}`)).json()
    t.same([schedules.map(({ name }: { name: string }) => name), size], [['B', 'a'], 2])
  }
  t.match((await ask('GET /schedule?offset=1&limit=1')).json(), {
    schedules: [{ name: 'a' }],
    size: 2
  })
  await says(204, '', 'DELETE /schedule/a/')
  await refuses(404, 'no such schedule', 'DELETE /schedule/a')
  await refuses(404, 'no such schedule', 'GET /schedule/a')
  await refuses(404, 'no such schedule', 'GET /schedule/toString')
})

test('a wrong field is refused with a sentence that names it, and nothing is stored', async t => {
  const { ask, refuses } = await client(t)
  const wrong = async (body: object, sentence: string): Promise<void> => {
    await refuses(
      400,
      sentence,
      'PUT /schedule/a',
      JSON.stringify({ queue: 'mail', every: 60, payload: {}, ...body })
    )
  }
  await wrong({ evry: 1 }, "unknown property 'evry' in the body")
  await wrong({ queue: undefined }, 'queue is missing: where do the jobs go?')
  await wrong(
    { queue: 'a b' },
    'a queue name is 1 to 128 characters out of A-Z a-z 0-9 _ . : @ -, and not . or ..'
  )
  await wrong({ payload: undefined }, 'job is missing')
  await wrong({ payload: [] }, 'a job must be a JSON object')
  await wrong({ every: undefined }, 'give cron or every')
  await wrong({ cron: '* * * * *' }, 'give cron or every, not both')
  for (const every of [0, 0.5, -1, '60', null, 1e9]) {
    await wrong({ every }, 'every must be seconds, from 1 to 315360000')
  }
  await wrong({ tz: 'Europe/Berlin' }, 'tz needs cron beside it')
  await wrong({ overlap: 'maybe' }, "overlap must be skip or allow, not 'maybe'")
  await wrong({ catchup: 'all' }, "catchup must be none or one, not 'all'")
  await wrong({ tries: 0 }, 'tries must be a whole number from 1 to 1000')
  await wrong(
    { every: undefined, cron: '61 * * * *' },
    'cron must be five fields such as */5 * * * *, or six with seconds first: ' +
      'Invalid value for minute: 61'
  )
  await wrong(
    { every: undefined, cron: '* * * * *', tz: 'Mars/Base' },
    "no such time zone: 'Mars/Base'; it must be a name such as Europe/Berlin"
  )
  await refuses(400, 'content is missing', 'PUT /schedule/a')
  await refuses(
    400,
    'a schedule is a JSON object such as {"queue":"mail","every":60,"payload":{}}',
    'PUT /schedule/a',
    '[]'
  )
  await refuses(
    400,
    'the name of a schedule is 1 to 128 characters out of A-Z a-z 0-9 _ . : @ -, and not . or ..',
    'GET /schedule/a%20b'
  )
  t.same((await ask('GET /schedule')).json(), { schedules: [], size: 0 })
})

test('a token must be for the queue of the schedule, and for the one that it gets', async t => {
  const { path, secrets } = tokenFile(
    t,
    { name: 'all', roles: ['manage', 'read'], queues: ['*'] },
    { name: 'ann', roles: ['manage', 'read'], queues: ['mail'] }
  )
  const app = await build(t, { PRESQUE_TOKENS: path })
  const ask = async (who: string, method: 'GET' | 'PUT' | 'DELETE', url: string, queue?: string) =>
    await app.inject({
      method,
      url,
      headers: bearer(secrets[who]),
      ...(queue && { payload: { queue, every: 60, payload: {} } })
    })
  const foreign = [403, { error: 'this token is not for the queue of that schedule' }]
  for (const [name, queue] of [
    ['mine', 'mail'],
    ['theirs', 'post']
  ]) {
    t.equal((await ask('all', 'PUT', `/schedule/${name}`, queue)).statusCode, 201)
  }
  for (const [method, url, queue] of [
    ['PUT', '/schedule/new', 'post'],
    ['PUT', '/schedule/mine', 'post'],
    ['PUT', '/schedule/theirs', 'mail'],
    ['GET', '/schedule/theirs'],
    ['DELETE', '/schedule/theirs']
  ] as const) {
    const answer = await ask('ann', method, url, queue)
    t.same([answer.statusCode, answer.json()], foreign, `${method} ${url}`)
  }
  t.match((await ask('ann', 'GET', '/schedule')).json(), { schedules: [{ name: 'mine' }], size: 1 })
  t.match((await ask('all', 'GET', '/schedule')).json(), {
    schedules: [
      { name: 'mine', queue: 'mail' },
      { name: 'theirs', queue: 'post' }
    ],
    size: 2
  })
  t.equal((await ask('ann', 'PUT', '/schedule/mine', 'mail')).statusCode, 200)
  t.equal((await ask('ann', 'DELETE', '/schedule/mine')).statusCode, 204)
})

test('ahead tells the ticks of the next hours, in any case five, and not too many', async t => {
  const { ask, refuses } = await client(t)
  const set = async (name: string, rule: object) => {
    await ask(`PUT /schedule/${name}`, JSON.stringify({ queue: 'mail', payload: {}, ...rule }))
  }
  await set('yearly', { cron: '0 0 1 1 *', tz: 'Europe/Berlin' })
  await set('hourly', { every: 3600 })
  await set('busy', { every: 1 })
  const ticks = async (path: string) => (await ask(`GET ${path}`)).json().ticks as number[]
  t.equal(await ticks('/schedule/hourly'), undefined)
  t.equal(await ticks('/schedule/hourly?ahead=0'), undefined)
  const hourly = await ticks('/schedule/hourly?ahead=24')
  t.equal(hourly.length, 24)
  t.ok(hourly.every((tick, i) => tick === hourly[0]! + 3600 * i))
  t.equal((await ticks('/schedule/hourly?ahead=5')).length, 5)
  t.equal((await ticks('/schedule/hourly?ahead=6')).length, 6)
  t.equal((await ticks('/schedule/yearly?ahead=1')).length, 5)
  t.equal((await ticks('/schedule/busy?ahead=1')).length, 100)
  const { schedules } = (await ask('GET /schedule?ahead=168')).json()
  t.same(schedules.map((one: { ticks: number[] }) => one.ticks.length), [100, 100, 5])
  for (const wrong of ['-1', '169', '1.5', 'x']) {
    const sentence = 'ahead is a whole number of hours from 0 to 168'
    await refuses(400, sentence, `GET /schedule?ahead=${wrong}`)
  }
})
