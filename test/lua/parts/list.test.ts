import { test } from 'tap'
import { jobs } from '../../../operations/job/job.ts'
import { push as pushJobs } from '../../../operations/job/push.ts'
import { bench, type Bench } from '../call.ts'

const record = '\0\0\0\0\0\x05{"n":1}'

async function push ({ redis, key }: Bench, ...ids: string[]): Promise<void> {
  for (const id of ids) await redis.hset(key('jobs'), id, record)
}

test('list_waiting() lists a page across the priorities', async t => {
  const found = await bench(t)
  const { redis, key, call } = found
  await push(found, '1', '2', '3', '4', '5')
  await redis.zadd(key('ranked'), 1e13, 'a1', 6e13, 'a4', 9e13, 'a5')
  await redis.rpush(key('ready'), '2', '3')
  const list = async (first: number, count: number) =>
    await call('list_waiting', `return list_waiting(queue, ${first}, ${count})`)
  t.strictSame(await list(0, 9), ['1', '2', '3', '4', '5'])
  t.strictSame(await list(1, 2), ['2', '3'])
  t.strictSame(await list(2, 2), ['3', '4'])
  t.strictSame(await list(4, 1), ['5'])
  t.same(await list(0, 0), {})
  t.same(await list(5, 3), {})
})

test('check_entries() has another call go on where more is stale than one call reads', async t => {
  const found = await bench(t)
  const { redis, key, call } = found
  await push(found, '70000', '70001')
  await redis.rpush(
    key('ready'),
    '70000',
    ...Array.from({ length: 6000 }, (_, i) => String(i)),
    '70001'
  )
  const sound = async (known: string) =>
    await call(
      'check_entries',
      "local current, last = check_entries(queue, 0, 2, a)\nreturn current or 'done', last or ''",
      { args: [known] }
    )
  t.strictSame(await sound(''), [1, '70000'])
  t.strictSame(await sound('1 70000'), ['done', ''])
  t.strictSame(await redis.lrange(key('ready'), 0, '-1'), ['70000', '70001'])
})

test('list_plain() reads a page of plain jobs from either end', async t => {
  const { call } = await bench(t)
  const lua = `for id = 1, 5 do
redis.call('RPUSH', queue.keys.plain, pack_entry(id, id == 3 and '' or '\\0\\0\\0\\0\\0\\5{}'))
end
redis.call('ZADD', queue.keys.tombstones, 3, 3)
local pages = {}
for _, page in ipairs({ { 0, 9 }, { 1, 2 }, { 1, 2, true }, { 4, 1 } }) do
  local found, is_cut = list_plain(queue, unpack(page))
  local ids = {}
  for i = 1, #found, 2 do ids[#ids + 1] = found[i] end
  pages[#pages + 1] = table.concat(ids, ' ') .. (is_cut and ' and more' or '')
end
return pages`
  const pages = await call('list_plain pack_entry', lua, { keys: 'plain tombstones' })
  t.strictSame(pages, ['1 2 4 5', '2 4', '4 2', ''])
})

test('a page that has no room for all plain jobs lists none that is behind those', async t => {
  const { redis } = await bench(t)
  // All but 96 bytes of an answer, and one more of them.
  const plain = Array.from({ length: 17 }, () => ({ payload: `{"n":"${'x'.repeat(524_274)}"}` }))
  const other = { payload: '{}', tries: 3 }
  for (const batch of [[other], plain, [other]]) await pushJobs(redis, 'mail', batch)
  for (const order of ['asc', 'desc'] as const) {
    const found = await jobs(redis, 'mail', 'waiting', { offset: 0, limit: 99, order })
    const ids = Array.from({ length: 17 }, (_, i) => String(order === 'asc' ? 1 + i : 19 - i))
    t.strictSame(found.map(({ id }) => id), ids)
  }
})

test('describe_jobs() leaves out jobs that have moved on, and cuts long payloads', async t => {
  const found = await bench(t)
  const { redis, key, call } = found
  await push(found, '1', '2')
  await redis.zadd(key('failed'), 900, 'a2')
  const describe = async (max: string) =>
    await call('describe_jobs', `return describe_jobs(queue, { '1', '2', '3' }, 'waiting', ${max})`)
  t.strictSame(await describe('nil'), [
    ['1', 'waiting', '', '5', '{"n":1}', '', '', '', '', '', '', 25, 0]
  ])
  t.strictSame(await describe('3'), [
    ['1', 'waiting', '', '5', '{"n', '', '', '', '', '', '', 25, 0, 7]
  ])
})
