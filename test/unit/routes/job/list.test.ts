import { test } from 'tap'
import { client } from '../../../support/http/http-client.ts'

const last = { queue_name: 'foo', next: null }

test('a list goes on with next, and tells how many jobs it has looked at', async t => {
  const { ask, refuses, says } = await client(t)
  for (const priority of [5, 5, 1, 9, 5]) {
    await says(201, '', `POST /q/foo?priority=${priority}`, `{"p":${priority}}`)
  }
  const walk = async (query: string) => {
    const seen: string[] = []
    for (let after = ''; after !== null;) {
      const page = (await ask(`GET /j/foo?fields=id&${query}&after=${after}`)).json()
      t.equal(page.total, query.startsWith('state=failed') ? 0 : 5)
      seen.push(page.jobs.map((job: { id: string }) => job.id).join(''))
      after = page.next
    }
    return seen
  }
  t.strictSame(await walk('state=waiting&limit=2'), ['31', '25', '4'])
  t.strictSame(await walk('state=waiting&limit=2&order=desc'), ['45', '21', '3'])
  t.strictSame(await walk('state=failed'), [''])
  const found = (await ask('GET /j/foo?state=waiting&text="p":1&fields=id')).json()
  t.match(found, { ...last, jobs: [{ id: '3' }], scanned: 5, total: 5 })
  const none = (await ask('GET /j/foo?state=waiting&text=none')).json()
  t.match(none, { ...last, jobs: [], scanned: 5 })
  const bare = (await ask('GET /j/foo?state=waiting&limit=1')).json()
  const members = ['queue_name', 'job_count', 'job_failed', 'job_processed', 'jobs']
  t.strictSame(Object.keys(bare), members)
  const { next } = (await ask('GET /j/foo?state=waiting&limit=1&after=')).json()
  const wrong = 'after must be empty, or `next` of the page before, with the same state and order'
  for (const query of [`delayed&after=${next}`, `waiting&order=desc&after=${next}`]) {
    await refuses(400, wrong, `GET /j/foo?state=${query}`)
  }
  for (const after of ['x', '7', next.slice(0, 9), encodeURIComponent('?'), 'x'.repeat(1501)]) {
    await refuses(400, wrong, `GET /j/foo?state=waiting&after=${after}`)
  }
})

test('completed and blocked jobs are searched as well', async t => {
  const { ask } = await client(t)
  for (const n of [1, 2, 3]) await ask('POST /q/foo?keep=600', `{"n":${n}}`)
  await ask('POST /q/foo?depends=3', '{"n":4}')
  for (const n of [1, 2]) {
    const { 'x-presque-receipt': receipt } = (await ask('GET /q/foo?lease=30')).headers
    await ask(`POST /j/foo/${n}/ack?receipt=${receipt}`)
  }
  const soon = Math.ceil(Date.now() / 1000) + 60
  const found = async (query: string) => {
    const { jobs, next } = (await ask(`GET /j/foo?fields=id&limit=1&${query}`)).json()
    return [jobs.map((job: { id: string }) => job.id).join(''), next === null ? 'end' : 'more']
  }
  t.strictSame(await found('state=completed&text=n&since=1'), ['1', 'more'])
  t.strictSame(await found('state=completed&text=n&order=desc'), ['2', 'more'])
  t.strictSame(await found('state=completed&text={"n":2}'), ['2', 'end'])
  t.strictSame(await found(`state=completed&since=${soon}`), ['', 'end'])
  t.strictSame(await found(`state=blocked&text=4&until=${soon}`), ['4', 'end'])
  t.strictSame(await found(`state=blocked&since=${soon}`), ['', 'end'])
  t.strictSame(await found(`state=waiting&until=${soon}&text={"n":3}`), ['3', 'more'])
  t.same((await ask('DELETE /j/foo?state=completed&text={"n":2}')).json(), { count: 1 })
  t.same((await ask('DELETE /j/foo?state=blocked&text=5')).json(), { count: 0 })
  t.same((await ask('DELETE /j/foo?state=blocked&text=4')).json(), { count: 1 })
})

test('filters are refused where they make no sense', async t => {
  const { refuses } = await client(t)
  const since =
    'since and until must be times in epoch seconds, such as 1273924034 or 1273924034.5'
  const table: Array<[string, string]> = [
    ['text=a', 'after and filters of jobs need a state'],
    ['after=', 'after and filters of jobs need a state'],
    ['uniq=k&text=a', 'after and filters of jobs need a state'],
    ['state=failed&text=a&offset=1',
      'a list with after or a filter has no offset: go on with `next`'],
    ['state=failed&text=', 'text must be 1 to 200 characters'],
    [`state=failed&text=${'x'.repeat(201)}`, 'text must be 1 to 200 characters'],
    ['state=failed&min_attempt=0', 'min_attempt must be a whole number from 1 to 1000000'],
    ['state=failed&min_attempt=1.5', 'min_attempt must be a whole number from 1 to 1000000'],
    ['state=failed&since=yesterday', since],
    ['state=failed&until=-1', since],
    ['state=failed&since=5&until=5', 'since must be before until'],
    ['state=waiting&error=0c342450d324', 'error goes with state=failed or state=retrying'],
    ['state=failed&error=x', 'the fingerprint of an error must be 12 hexadecimal digits'],
    ['state=failed&tags=x', "unknown parameter 'tags'"],
    ['state=failed&tag=a,b',
      'tag must be 1 to 64 of the characters A-Z a-z 0-9 _ . : @ -, such as acme'],
    ['state=failed&worker=a%20b',
      'a worker id is 1 to 128 printable ASCII characters without spaces']
  ]
  for (const [query, sentence] of table) await refuses(400, sentence, `GET /j/foo?${query}`)
  const same = table.filter(([query]) => !/^(text|after|uniq)|offset|tags/.test(query))
  for (const [query, sentence] of same) await refuses(400, sentence, `DELETE /j/foo?${query}`)
  await refuses(400, 'dry must be 0 or 1', 'DELETE /j/foo?state=failed&dry=yes')
})

test('retry and cancel of many take filters, and count with dry=1', async t => {
  const { ask, says } = await client(t)
  await ask('POST /qb/mail?tries=1', '{"jobs":[{"n":1},{"n":2},{"n":3},{"n":4}]}')
  for (const worker of ['w1', 'w1', 'w2', 'w2']) {
    const job = await ask(`GET /q/mail?lease=30&worker_id=${worker}`)
    const { 'x-presque-job': id, 'x-presque-receipt': receipt } = job.headers
    await ask(`POST /j/mail/${id}/nack?receipt=${receipt}`)
  }
  const listed = async (query: string) => {
    const { jobs } = (await ask(`GET /j/mail?fields=id&${query}`)).json()
    return jobs.map((job: { id: string }) => job.id).join('')
  }
  t.equal(await listed('state=failed&worker=w1'), '12')
  t.equal(await listed('state=failed&worker=w*&order=desc'), '4321')
  const future = Date.now() / 1000 + 60
  t.equal(await listed(`state=failed&since=${future}`), '')
  t.equal(await listed(`state=failed&until=${future}&min_attempt=1`), '1234')
  t.equal(await listed('state=failed&min_attempt=2'), '')
  await says(200, { count: 2, dry: true }, 'POST /j/mail/retry?state=failed&worker=w2&dry=1')
  await says(200, { count: 1, dry: true }, 'DELETE /j/mail?state=failed&worker=w2&limit=1&dry=1')
  await says(200, { count: 4, dry: true }, 'DELETE /j/mail?state=failed&dry=1')
  await says(200, { count: 1 }, 'POST /j/mail/retry?state=failed&worker=w2&text={"n":3}')
  await says(200, { count: 1 }, 'DELETE /j/mail?state=failed&text=2&dry=0')
  await says(200, { count: 0 }, `DELETE /j/mail?state=failed&since=${future}`)
  t.equal(await listed('state=failed'), '14')
  t.equal(await listed('state=waiting'), '3')
  await ask('GET /q/mail?lease=30&worker_id=w3')
  t.equal(await listed('state=active&worker=w3'), '3')
  await says(200, { count: 0 }, 'DELETE /j/mail?state=active&worker=w2')
  await says(200, { count: 1 }, 'DELETE /j/mail?state=active&worker=w3')
})
