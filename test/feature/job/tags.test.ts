import { test } from 'tap'
import { client } from '../../support/http/http-client.ts'

test('the tags of a push are those of its job in every state', async t => {
  const { ask } = await client(t)
  const tags = async (id: number) => (await ask(`GET /j/mail/${id}`)).json().tags
  await ask('POST /q/mail?tags=acme,invoice,acme', '{}')
  await ask('POST /q/mail', '{}')
  t.same(await tags(1), ['acme', 'invoice'], 'each once, in their order')
  t.same(await tags(2), [])
  const taken = await ask('GET /q/mail?lease=30')
  t.same(await tags(1), ['acme', 'invoice'], 'on lease')
  const receipt = taken.headers['x-presque-receipt']
  await ask(`POST /j/mail/1/nack?receipt=${receipt}`, '{"retry":false}')
  t.match((await ask('GET /j/mail/1')).json(), { state: 'failed', tags: ['acme', 'invoice'] })
  await ask('POST /j/mail/1/retry')
  t.match((await ask('GET /j/mail/1')).json(), { state: 'waiting', tags: ['acme', 'invoice'] })
})

test('a batch has the tags of its query, and a job that is replaced those of the new push',
  async t => {
    const { ask } = await client(t)
    await ask('POST /qb/mail?tags=a', '{"jobs":[{},{}]}')
    await ask('POST /q/mail?tags=b&uniq=u', '{}')
    await ask('POST /q/mail?tags=c&uniq=u&on_duplicate=replace', '{}')
    const { jobs } = (await ask('GET /j/mail?state=waiting&fields=id,tags')).json()
    t.same(jobs, [{ id: '1', tags: ['a'] }, { id: '2', tags: ['a'] }, { id: '3', tags: ['c'] }])
  })

test('tags are 1 to 10 words of 1 to 64 characters of a name', async t => {
  const { ask } = await client(t)
  const ten = Array.from({ length: 10 }, (_, i) => `t${i}`).join()
  const bad = ['', ',', 'a,', ',a', 'a,,b', 'a b', 'ä', `${ten},more`, 'x'.repeat(65)]
  for (const tags of bad) {
    for (const path of ['q/mail', 'qb/mail']) {
      const body = path === 'q/mail' ? '{}' : '{"jobs":[{}]}'
      const answer = await ask(`POST /${path}?tags=${encodeURIComponent(tags)}`, body)
      t.match(answer, { statusCode: 400, body: /tags must be 1 to 10 words/ }, `'${tags}'`)
    }
  }
  for (const tags of ['a', ten, 'x'.repeat(64), 'A.b:c@d-e_f']) {
    t.equal((await ask(`POST /q/mail?tags=${tags}`, '{}')).statusCode, 201, tags)
  }
  t.match((await ask('GET /j/mail')).json(), { job_count: 4 })
})
