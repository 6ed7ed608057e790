import { test } from 'tap'
import { take } from '../../../operations/job/take.ts'
import { push } from '../../../operations/job/push.ts'
import { cancel } from '../../../operations/job/bulk.ts'
import { job, jobs, why } from '../../../operations/job/job.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { bench, type Bench } from '../call.ts'

const pack = (...ids: number[]): string =>
  `for _, id in ipairs({ ${ids.join(', ')} }) do
redis.call('RPUSH', queue.keys.plain, pack_entry(id, '\\0\\0\\0\\0\\0\\5{"n":' .. id .. '}'))
end\n`

const fill = async ({ call }: Bench, ...ids: number[]): Promise<void> => {
  await call('pack_entry', pack(...ids), { keys: 'plain' })
}

test('pack_entry(), entry_id() and entry_record() agree, ' +
  'and a tombstone is an id alone', async t => {
  const { call } = await bench(t)
  const lua = `local id = entry_id(pack_entry(2 ^ 40 + 7, 'a'))
return id, entry_record(pack_entry(3, 'abc')), entry_record(pack_entry(4, ''))`
  t.strictSame(await call('pack_entry entry_id entry_record', lua), [2 ** 40 + 7, 'abc', false])
})

test('enqueue_plain() gives the jobs ids in a row', async t => {
  const { redis, key, call } = await bench(t)
  const lua = "return enqueue_plain(queue, { '{\"n\":1}', '{\"n\":2}' }, 'seed')"
  t.equal(await call('enqueue_plain', lua, { now: 5 }), 1)
  t.strictSame(await redis.lrange(key('plain'), 0, '-1'), [
    '\0\0\0\0\0\x01\0\0\0\0\0\x05{"n":1}',
    '\0\0\0\0\0\x02\0\0\0\0\0\x05{"n":2}'
  ])
  t.equal(await redis.exists(key('jobs'), key('ready'), key('references')), 0)
})

test('search_plain() finds each id, and where one would be that is not there, ' +
  'in few probes', async t => {
  const found = await bench(t)
  const { redis, key, call } = found
  for (const step of [1, 2, 7]) {
    await redis.del(key('plain'))
    let id = 5
    const ids = Array.from({ length: 300 }, (_, i) => {
      id += i % 50 === 9 ? 40 : i % step + 1
      return id
    })
    await fill(found, ...ids)
    const indexes = await call('search_plain', `local found = {}
for id = 1, ${id + 3} do found[id] = search_plain(queue, id) end
return found`)
    t.strictSame(indexes, Array.from({ length: id + 3 }, (_, i) => {
      const index = ids.findIndex(one => one >= i + 1)
      return index < 0 ? ids.length : index
    }))
  }
  await redis.config('RESETSTAT')
  await call('search_plain', 'for id = 1000, 1099 do search_plain(queue, id) end')
  const probes = Number(/cmdstat_lindex:calls=(\d+)/.exec(await redis.info('commandstats'))![1])
  t.ok(probes < 100 * 9, `${probes} probes for a hundred`)
})

test('delete_entry() shortens the list at its ends, and leaves a tombstone between', async t => {
  const found = await bench(t)
  const { redis, key, call } = found
  await fill(found, 1, 2, 3, 5, 6)
  const lua = `local is_there = delete_entry(queue, a)
return is_there, count_plain(queue), find_plain(queue, a) == nil`
  const bury = async (id: string) =>
    await call('delete_entry count_plain find_plain', lua, { args: [id] })
  for (const id of ['03', '0', '4', '16', '9007199254740993']) {
    t.strictSame(await bury(id), [false, 5, true], 'no job has that id')
  }
  t.strictSame(await bury('3'), [true, 4, true])
  t.strictSame(await bury('3'), [false, 4, true])
  t.strictSame(await bury('4'), [false, 4, true])
  t.strictSame(await bury('2'), [true, 3, true])
  const stones = await redis.zrange(key('tombstones'), 0, '-1', 'WITHSCORES')
  t.strictSame(stones, ['2', '2', '3', '3'])
  const each = async (part: string, ...numbers: number[]) =>
    await call(part, `return { ${numbers.map(n => `${part}(queue, ${n})`).join(', ')} }`)
  t.strictSame(await each('index_of_plain', 0, 1, 2), [0, 3, 4])
  t.strictSame(await each('plain_before', 3, 5, 9), [1, 1, 3])
  t.strictSame(await bury('1'), [true, 2, true])
  t.equal(await redis.llen(key('plain')), 2, 'delete_tombstones() drops those next to the end')
  t.equal(await redis.exists(key('tombstones')), 0)
  t.strictSame(await bury('6'), [true, 1, true])
})

test('delete_tombstones() removes a run at either end, and no other entry', async t => {
  const found = await bench(t)
  const { redis, key, call } = found
  const left = async (): Promise<number[]> => {
    const entries = await redis.lrangeBuffer(key('plain'), 0, '-1')
    return entries.map(entry => entry.readUIntBE(0, 6))
  }
  for (let run = 0; run < 10; run++) {
    for (const isHead of [true, false]) {
      await redis.del(key('plain'), key('tombstones'))
      const ids = Array.from({ length: run + 3 }, (_, i) => 3 * i + 1)
      await fill(found, ...ids)
      const inOrder = isHead ? ids : ids.toReversed()
      const buried = [...inOrder.slice(0, run), inOrder[run + 1]!]
      await call('pack_entry', `for _, id in ipairs({ ${buried.join(', ')} }) do
redis.call('LSET', queue.keys.plain, (id - 1) / 3, pack_entry(id, ''))
redis.call('ZADD', queue.keys.tombstones, id, id)
end`, { keys: 'plain tombstones' })
      t.equal(await call('delete_tombstones', `return delete_tombstones(queue, ${isHead})`), run)
      t.strictSame(await left(), ids.filter(id => !inOrder.slice(0, run).includes(id)))
      t.strictSame(await redis.zrange(key('tombstones'), 0, '-1'), [String(inOrder[run + 1])])
    }
  }
})

test('read_plain() passes over tombstones, also backwards', async t => {
  const found = await bench(t)
  const { call } = found
  await fill(found, 1, 2, 3, 4)
  await call('delete_entry', "delete_entry(queue, '2')")
  const read = async (first: number, count: number, isDesc: boolean) =>
    await call('read_plain', `local found, read = read_plain(queue, ${first}, ${count}, ${isDesc})
local ids = {}
for i = 1, #found, 2 do ids[#ids + 1] = found[i] end
return ids, read`)
  t.strictSame(await read(0, 2, false), [[1, 3], 3])
  t.strictSame(await read(3, 3, true), [[4, 3, 1], 4])
  t.same(await read(9, 3, false), [{}, 0])
})

test('a job behind more tombstones than a call reads is listed, is as old as it is, ' +
  'and goes out', async t => {
  const { redis, key, call } = await bench(t)
  await call('pack_entry', `for id = 1, 12000 do
  if id ~= 6001 then
    redis.call('RPUSH', queue.keys.plain, pack_entry(id, ''))
    redis.call('ZADD', queue.keys.tombstones, id, id)
  else
    redis.call('RPUSH', queue.keys.plain, pack_entry(id, '\\0\\0\\0\\0\\0\\5{}'))
  end
end
redis.call('HSET', queue.keys.stats, 'seed', 'abc', 'last_id', 12000)`,
  { keys: 'plain tombstones stats' })
  const { counts, oldestAge } = await queueStatus(redis, 'mail', { now: 7 })
  t.equal(counts.waiting, 1)
  t.equal(oldestAge, 6.995)
  for (const order of ['asc', 'desc'] as const) {
    const listed = await jobs(redis, 'mail', 'waiting', { offset: 0, limit: 9, order })
    t.strictSame(listed.map(({ id }) => id), ['6001'])
  }
  t.equal((await why(redis, 'mail', '6001'))[1].ahead, 0)
  await redis.config('RESETSTAT')
  t.strictSame((await take(redis, 'mail')).map(({ id }) => id), ['6001'])
  const probes = Number(/cmdstat_lindex:calls=(\d+)/.exec(await redis.info('commandstats'))![1])
  t.ok(probes < 100, `${probes} probes`)
  for (let n = 0; n < 2; n++) t.strictSame(await take(redis, 'mail'), [])
  t.equal(await redis.exists(key('plain'), key('tombstones')), 0)
})

test('peek_plain() ends at an id, and peek_ready() says at which', async t => {
  const found = await bench(t)
  const { redis, key, call } = found
  await fill(found, 4, 6, 7)
  t.strictSame(await call('peek_plain', 'return (peek_plain(queue, 9, 6))'), ['4', '6'])
  await redis.rpush(key('references'), '5:3', '1:6')
  const peek = async () => await call('peek_ready', `local ids, where = peek_ready(queue, 9)
return ids or 'none', tonumber(where) or 'key'`)
  t.strictSame(await peek(), [['5'], 'key'])
  await redis.lpop(key('references'))
  t.strictSame(await peek(), ['none', 6])
  await redis.rpush(key('ready'), '9')
  t.strictSame(await peek(), [['9'], 'key'])
})

test('entry_key() and read_entries() read the ready list and the references ' +
  'as one', async t => {
  const { redis, key, call } = await bench(t)
  await redis.rpush(key('ready'), '1', '2')
  await redis.rpush(key('references'), '3:0', '4:9')
  const read = async (first: number, count: number) =>
    await call('read_entries', `return read_entries(queue, ${first}, ${count})`)
  t.strictSame(await read(0, 9), ['1', '2', '3:0', '4:9'])
  t.strictSame(await read(1, 2), ['2', '3:0'])
  t.strictSame(await read(0, 1), ['1'])
  t.same(await read(1, 0), {})
  t.equal((await call('entry_key', 'return entry_key(queue, 3)'))[1], 1)
  const lua = "return { reference_id('4:9') }, { reference_id('4') }"
  t.strictSame(await call('reference_id', lua), [['4', 9], ['4', 0]])
  await redis.hset(key('stats'), 'last_id', 12)
  t.equal(await call('reference_of', "return reference_of(queue, '4')"), '4:12')
})

test('read_record() and has_job() find a job wherever it is', async t => {
  const found = await bench(t)
  const { redis, key, call } = found
  await fill(found, 7)
  await redis.hset(key('jobs'), '3', 'record')
  const lua = 'return read_record(queue, a) or 0, has_job(queue, a)'
  const look = async (id: string) => await call('read_record has_job', lua, { args: [id] })
  t.strictSame(await look('3'), ['record', true])
  t.strictSame(await look('7'), ['\0\0\0\0\0\x05{"n":7}', true])
  t.strictSame(await look('5'), [0, false])
})

test('drain_plain() drops all that was there at the beginning, up to an id', async t => {
  const found = await bench(t)
  const { redis, key, call } = found
  await fill(found, 1, 2, 3, 4, 6)
  await call('delete_entry', "delete_entry(queue, '2')")
  const drain = async (limit: number, last: string) => await call('drain_plain', `local dropped = {}
local function drop (id) dropped[#dropped + 1] = id end
local changed = drain_plain(queue, ${limit}, { at = 900, last = 4 }, drop, ${last})
return changed, dropped`)
  t.strictSame(await drain(1, '3'), [true, ['1']])
  t.strictSame(await drain(9, '3'), [true, ['3']])
  t.equal(await redis.exists(key('tombstones')), 0)
  t.same(await drain(9, '3'), [false, {}])
  t.strictSame(await drain(9, 'nil'), [true, ['4']])
  t.same(await drain(9, 'nil'), [false, {}])
  t.equal(await redis.llen(key('plain')), 1)
})

test('split_range(), entries_before() and count_ahead() count across the lists, ' +
  'and list_ready() merges them', async t => {
  const found = await bench(t)
  const { redis, key, call } = found
  await fill(found, 4, 6, 7)
  await redis.rpush(key('ready'), '9')
  await redis.rpush(key('references'), '5:3', '1:6', '2:8')
  const order = ['9', '5', '4', '6', '1', '7', '2']
  const split = 'local n = {}\nfor i = 0, 7 do n[i + 1] = split_range(queue, i, 4) end\nreturn n'
  t.strictSame(await call('split_range', split), [0, 1, 2, 2, 2, 3, 3, 4])
  const before = async (id: number) =>
    await call('entries_before', `return entries_before(queue, ${id})`)
  t.strictSame([await before(4), await before(7), await before(9)], [2, 3, 4])
  for (const [i, id] of order.entries()) {
    t.equal(await call('count_ahead', 'return count_ahead(queue, a)', { args: [id] }), i)
  }
  for (let first = 0; first < 7; first++) {
    for (const count of [1, 3, 7 - first]) {
      const size = Math.min(count, 7 - first)
      const list = async (isDesc: boolean) => await call('list_ready', `local ids = {}
list_ready(queue, ids, ${first}, ${size}, 4, ${isDesc})
return ids`)
      const page = order.slice(first, first + count)
      t.strictSame(await list(false), page)
      t.strictSame(await list(true), page.toReversed())
    }
  }
})

test('all that is pushed, canceled and taken in any order is found, counted and listed ' +
  'as it will be taken', async t => {
  const { redis } = await bench(t)
  const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 1e6))
  t.comment(`FUZZ_SEED=${seed}`)
  let state = seed
  const random = (n: number): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % n
  const order: string[] = []
  let now = 1000
  for (let step = 0; step < 250; step++) {
    now++
    const act = random(10)
    if (act < 3) {
      const batch = Array.from({ length: 1 + random(8) }, () => ({ payload: '{}' }))
      const pushed = await push(redis, 'mail', batch, { now })
      order.push(...pushed.map(({ id }) => id))
    } else if (act < 5) {
      const [pushed] = await push(redis, 'mail', [{ payload: '{}', tries: 3 }], { now })
      order.push(pushed!.id)
    } else if (act < 8 && order.length > 0) {
      const [id] = order.splice(random(order.length), 1)
      await cancel(redis, 'mail', id!, { now })
      t.equal(await job(redis, 'mail', id!, { now }), null)
      await t.rejects(cancel(redis, 'mail', id!, { now }), { code: 'NO_SUCH_JOB' })
    } else {
      const taken = await take(redis, 'mail', { count: 1 + random(4), now })
      t.strictSame(taken.map(({ id }) => id), order.splice(0, taken.length))
    }
    const offset = random(order.length + 1)
    const limit = 1 + random(9)
    const page = async (order: 'asc' | 'desc') => {
      const found = await jobs(redis, 'mail', 'waiting', { offset, limit, order, now })
      return found.map(({ id }) => id)
    }
    t.strictSame(await page('asc'), order.slice(offset, offset + limit))
    t.strictSame(await page('desc'), order.toReversed().slice(offset, offset + limit))
    t.equal((await queueStatus(redis, 'mail', { now })).counts.waiting, order.length)
    const id = order[offset]
    if (id !== undefined) {
      t.match(await job(redis, 'mail', id, { now }), { id, state: 'waiting' })
      t.equal((await why(redis, 'mail', id, { now }))[1].ahead, offset)
    }
  }
})
