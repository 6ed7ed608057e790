import { test, type Test } from 'tap'
import { jobs, why } from '../../../operations/job/job.ts'
import { push } from '../../../operations/job/push.ts'
import { release } from '../../../operations/job/release.ts'
import { take } from '../../../operations/job/take.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { build } from '../../support/server/app.ts'
import { client } from '../../support/http/http-client.ts'
import { until } from '../../support/until.ts'

interface Held { id: string, receipt: string, attempt: number }

/** A queue of jobs, all of one priority, and what tests ask of it. */
async function queueOf (t: Test, count: number, query = '') {
  const found = await client(t)
  const jobs = Array.from({ length: count }, (_, i) => `{"n": ${i + 1}}`).join()
  await found.ask(`POST /qb/mail${query}`, `{"jobs":[${jobs}]}`)
  return {
    ...found,
    hold: async (most: number): Promise<Held[]> => {
      return (await found.ask(`GET /qb/mail?lease=30&batch_size=${most}`)).json()
    },
    release: async (held: Held[], query = '') => {
      const jobs = held.map(({ id, receipt }) => ({ id, receipt }))
      return await found.ask(`POST /qb/mail/release${query}`, JSON.stringify({ jobs }))
    }
  }
}

const ids = (held: Held[]): string => held.map(({ id }) => id).join()

test('a job that is released joins the end of its queue, or with front=1 goes to the front',
  async t => {
    const { hold, ask } = await queueOf(t, 5)
    const [one, two, three] = await hold(3)
    const path = ({ id, receipt }: Held) => `POST /j/mail/${id}/release?receipt=${receipt}`
    t.equal((await ask(path(one!))).statusCode, 204)
    t.equal((await ask(`${path(two!)}&front=0`)).statusCode, 204)
    t.equal((await ask(`${path(three!)}&front=1`)).statusCode, 204)
    const again = await hold(5)
    t.equal(ids(again), '3,4,5,1,2')
    t.ok(again.every(({ attempt }) => attempt === 1), 'no delivery counts')
  })

test('many that are released to the front stand there in the order of the request', async t => {
  const { hold, release } = await queueOf(t, 6)
  const [one, two, three, four] = await hold(4)
  const answer = await release([one!, four!, two!], '?front=1')
  t.same(answer.json(), ['1', '4', '2'].map(id => ({ id, ok: true })))
  t.equal(ids(await hold(2)), '1,4')
  await release([three!])
  t.equal(ids(await hold(9)), '2,5,6,3')
})

test('jobs of another priority go to its front, by their ids', async t => {
  const { hold, release } = await queueOf(t, 4, '?priority=2')
  const held = await hold(3)
  await release(held.toReversed(), '?front=1')
  t.equal(ids(await hold(4)), '1,2,3,4')
})

test('one that is not held any more is named, and the others are released', async t => {
  const { hold, release, ask } = await queueOf(t, 4)
  const [one, two, three] = await hold(3)
  await ask('DELETE /j/mail/2')
  const answer = await release([one!, two!, { ...three!, receipt: '1-0' }, one!], '?front=1')
  t.same(answer.json(), [
    { id: '1', error: 'lease lost' },
    { id: '2', error: 'no such job' },
    { id: '3', error: 'lease lost' },
    { id: '1', ok: true }
  ], 'the last one goes first')
  t.equal(ids(await hold(4)), '1,4')
  t.same((await release([])).json(), [])
})

test('a job cannot go to the front and wait as well', async t => {
  const { hold, release, ask } = await queueOf(t, 2)
  const held = await hold(2)
  const [{ id, receipt }] = held as [Held]
  const error = 'a job goes to the front of its queue (front=1), or has a delay'
  const one = `POST /j/mail/${id}/release?receipt=${receipt}`
  t.same((await ask(`${one}&front=1&delay=5`)).json(), { error })
  t.same((await release(held, '?front=1&delay=0.001')).json(), { error })
  t.same((await release(held, '?front=2')).json(), { error: 'front must be 0 or 1' })
  t.match((await ask('GET /status/mail')).json(), { counts: { active: 2 } })
  t.equal((await release(held, '?front=1&delay=0')).statusCode, 200)
  t.equal(ids(await hold(2)), '1,2')
})

test('many are delayed together, and a key that is taken by now fails its job', async t => {
  const { hold, release, ask } = await queueOf(t, 2)
  await release(await hold(2), '?delay=60')
  t.match((await ask('GET /status/mail')).json(), { counts: { delayed: 2, waiting: 0 } })
  await ask('POST /q/mail?uniq=ann', '{}')
  const late = (await (await ask('GET /qb/mail?lease=1&batch_size=1')).json()) as Held[]
  await ask('POST /control/mail', '{"max_lost":1}')
  const lost = async () => (await ask('GET /status/mail')).json().lost
  await until('the lease has expired', async () => (await lost()) === 1)
  await ask('POST /q/mail?uniq=ann', '{}')
  t.same((await release(late, '?front=1')).json(), [
    { id: '3', ok: true, state: 'failed', duplicate: true }
  ])
})

test('a late release to the front stands there, also where its entry is far from both ends',
  async t => {
    const { redis } = await build(t)
    const batch = Array.from({ length: 1000 }, () => ({ payload: '{}', tries: 9 }))
    for (const now of [1, 1]) await push(redis, 'mail', batch, { now })
    const [job] = await take(redis, 'mail', { lease: 1, now: 1 })
    for (const now of [3, 4]) await push(redis, 'mail', batch, { now })
    const proof = { id: '1', receipt: job!.lease!.receipt }
    await release(redis, 'mail', proof, { front: true, now: 5 })
    const page = { offset: 0, limit: 2, now: 5 }
    t.match(await jobs(redis, 'mail', 'waiting', page), [{ id: '1' }, { id: '2' }])
    t.equal((await why(redis, 'mail', '2', { now: 5 }))[1].ahead, 1)
    t.match(await take(redis, 'mail', { count: 2, now: 5 }), [{ id: '1' }, { id: '2' }])
    t.match(await queueStatus(redis, 'mail', { now: 5 }), { counts: { waiting: 3998 } })
  })
