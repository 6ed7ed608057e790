import { test } from 'tap'
import { bench, type Bench } from '../call.ts'

const record = (at: number, payload = '{"n":1}') => {
  return Buffer.concat([Buffer.from([0, 0, 0, 0, at >> 8, at & 255]), Buffer.from(payload)])
}

async function fill ({ redis, key }: Bench): Promise<void> {
  const records = ['1', record(500), '2', record(600, '{"to":"ann"}'), '3', record(700)]
  await redis.hset(key('jobs'), ...records)
  await redis.hset(key('details'), '2', '{"attempt":2,"tags":"acme,b"}')
  await redis.zadd(key('failed'), 900, 'a2')
  await redis.zadd(key('grouped'), 2 * 0x0c342450d324 + 1, 'a2')
  const error = '{"message":"x 3 lost 1 2 w9"}'
  const story = `1 lost  700 mail-1 \n2 failed 800 900 mail-2 ${error}`
  await redis.hset(key('reports'), 'a2', story)
  await redis.zadd(key('active'), 2000, 'a3')
  await redis.hset(key('holders'), '3', '950 mail-3')
}

// matches_filter() asks is_of_group(), is_in_period(), had_worker() and has_text().
test('matches_filter() matches all members that a filter has', async t => {
  const found = await bench(t)
  await fill(found)
  const matches = async (id: string, state: string, filter: object) =>
    await found.call(
      'matches_filter load_details parse_filter',
      `return matches_filter(queue, parse_filter(b), a, '${state}', load_details(queue, a))`,
      { args: [id, JSON.stringify(filter)] }
    )
  const table: Array<[string, string, object, boolean]> = [
    ['2', 'failed', {}, true],
    ['2', 'failed', { error: '0c342450d324' }, true],
    ['2', 'retrying', { error: '0c342450d324' }, false],
    ['1', 'failed', { error: '0c342450d324' }, false],
    ['2', 'failed', { min_attempt: 2 }, true],
    ['2', 'failed', { min_attempt: 3 }, false],
    ['3', 'active', { min_attempt: 1 }, true],
    ['1', 'waiting', { min_attempt: 1 }, false],
    ['2', 'failed', { since: 900 }, true],
    ['2', 'failed', { since: 901 }, false],
    ['2', 'failed', { until: 900 }, false],
    ['2', 'failed', { since: 900, until: 901 }, true],
    ['1', 'waiting', { since: 500, until: 501 }, true],
    ['1', 'waiting', { since: 501 }, false],
    ['3', 'active', { since: 950, until: 951 }, true],
    ['3', 'active', { until: 950 }, false],
    ['1', 'active', { since: 1 }, false],
    ['2', 'failed', { worker: 'mail-1' }, true],
    ['2', 'failed', { worker: 'mail-2' }, true],
    ['2', 'failed', { worker: 'mail-*' }, true],
    ['2', 'failed', { worker: 'mail' }, false],
    ['2', 'failed', { worker: 'w9' }, false],
    ['3', 'active', { worker: 'mail-3' }, true],
    ['3', 'active', { worker: 'mail-1' }, false],
    ['1', 'waiting', { worker: '*' }, false],
    ['2', 'failed', { tag: 'acme' }, true],
    ['2', 'failed', { tag: 'acm' }, false],
    ['2', 'failed', { tag: 'b' }, true],
    ['1', 'waiting', { tag: 'acme' }, false],
    ['2', 'failed', { text: '"ann"' }, true],
    ['2', 'failed', { text: '"ann"', min_attempt: 3 }, false],
    ['2', 'failed', { text: 'Ann' }, false],
    ['2', 'failed', { text: '%a' }, false],
    ['9', 'waiting', { text: 'n' }, false]
  ]
  for (const [id, state, filter, expected] of table) {
    const told = JSON.stringify(filter)
    t.equal(await matches(id, state, filter), expected, `${id} ${state} ${told}`)
  }
})

test('parse_filter() reads no text as a filter that matches all jobs', async t => {
  const { call } = await bench(t)
  t.same(await call('parse_filter', "return parse_filter('')"), {})
  const text = '{"text":"\\u00e9"}'
  t.same(await call('parse_filter', 'return parse_filter(a)', { args: [text] }), { text: 'é' })
})

test('has_text() counts the bytes that it has searched', async t => {
  const found = await bench(t)
  await fill(found)
  const lua = "local is = has_text(queue, '1', 'n')\nhas_text(queue, '2', 'n')\n" +
    'return is, queue.memo.bytes_read'
  t.strictSame(await found.call('has_text', lua), [true, 6 + 7 + 6 + 12])
})

test('had_worker() counts the bytes of a story as well', async t => {
  const found = await bench(t)
  await fill(found)
  const lua = "local had = had_worker(queue, '2', 'failed', 'w7')\n" +
    "had_worker(queue, '1', 'failed', 'w7')\nreturn had, queue.memo.bytes_read"
  const story = await found.redis.hget(found.key('reports'), 'a2')
  t.strictSame(await found.call('had_worker', lua), [false, story!.length])
})

test('is_in_state() is false of a job that has moved on, is over or is gone', async t => {
  const found = await bench(t)
  await fill(found)
  await found.redis.hset(found.key('jobs'), '4', record(500))
  await found.redis.zadd(found.key('expiring'), 1000, 'a4')
  const asked: Array<[string, string]> = [
    ['1', 'waiting'], ['2', 'waiting'], ['2', 'failed'], ['3', 'active'], ['1', 'active'],
    ['4', 'waiting'], ['9', 'failed']
  ]
  const answers = []
  for (const [id, state] of asked) {
    const args = [id, state]
    answers.push(await found.call('is_in_state', 'return is_in_state(queue, a, b)', { args }))
  }
  t.strictSame(answers, [true, false, true, true, false, false, false])
})
