import { test } from 'tap'
import { bench, type Bench } from '../call.ts'

const entry = (id: number, payload?: string) => {
  const header = Buffer.alloc(payload === undefined ? 6 : 12)
  header.writeUIntBE(id, 0, 6)
  return Buffer.concat([header, Buffer.from(payload ?? '')])
}

test('sorted_index() counts the members before another, also where that is gone', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('failed'), 1, 'a1', 2, 'a2', 2, 'a5', 2, 'b10', 3, 'a3')
  const index = async (score: string, member: string) =>
    await call('sorted_index', 'local index, is_there = sorted_index(failed, a, b)\n' +
      'return index, is_there', { args: [score, member], keys: 'failed' })
  t.strictSame(await index('2', 'a5'), [2, true])
  t.strictSame(await index('2', 'a4'), [2, false])
  t.strictSame(await index('2', 'b11'), [4, false])
  t.strictSame(await index('1', 'a0'), [0, false])
  t.strictSame(await index('3', 'a5'), [5, false], 'it has moved')
})

test('scan_sorted() reads on from a score and a member, in both orders', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('failed'), 1, 'a1', 2, 'a2', 2, 'a5', 3, 'a3')
  const scan = async (isDesc: boolean, position: string, count: number, n: number) =>
    await call('scan_sorted', `local scan = { is_desc = ${isDesc} }
local slice = scan_sorted(failed, scan, a, ${count}, 0, 4)
return slice.ids, slice.next(${n})`, { args: [position], keys: 'failed' })
  t.strictSame(await scan(false, '', 3, 2), [['1', '2', '5'], '2 a2'])
  t.strictSame(await scan(false, '2 a2', 9, 2), [['5', '3'], ''])
  t.strictSame(await scan(true, '', 2, 2), [['3', '5'], '2 a5'])
  t.strictSame(await scan(true, '2 a5', 9, 1), [['2', '1'], '2 a2'])
  t.same(await scan(true, '1 a1', 9, 0), [{}, ''])
})

async function cutAfter (
  { call }: Bench, list: 'ready' | 'references', isDesc: boolean, position: string, n: number
): Promise<[string[], string]> {
  return await call('read_cut', `local read = read_cut(queue, ${list}, a, ${n}, ${isDesc})
return read.entries, read.position_after(#read.entries)`, { args: [position], keys: list })
}

test('read_cut() and find_cut() go on between the same entries, ' +
  'whatever has left on either side', async t => {
  const found = await bench(t)
  const { redis, key } = found
  const refs = Array.from({ length: 20 }, (_, i) => `${i + 1}:50`)
  await redis.rpush(key('references'), ...refs)
  const [first, position] = await cutAfter(found, 'references', false, '', 10)
  t.strictSame(first, refs.slice(0, 10))
  t.equal(position, '10 10:50,9:50,8:50,7:50 11:50,12:50,13:50,14:50')
  // Workers have taken some, others were cancelled, and new ones have come.
  await redis.ltrim(key('references'), 5, -1)
  await redis.lrem(key('references'), 0, '10:50')
  await redis.lrem(key('references'), 0, '11:50')
  await redis.rpush(key('references'), '21:60')
  const [next, end] = await cutAfter(found, 'references', false, position, 10)
  t.strictSame(next, [...refs.slice(11), '21:60'])
  t.equal(end, '')
  const [back] = await cutAfter(found, 'references', true, position, 4)
  t.strictSame(back, ['9:50', '8:50', '7:50', '6:50'])
  await redis.ltrim(key('references'), 10, -1)
  const [rest] = await cutAfter(found, 'references', false, position, 4)
  const why = 'all before it are gone, and its neighbours as well'
  t.strictSame(rest, [...refs.slice(17), '21:60'], why)
})

test('read_cut() counts the ready list from its tail, for it grows at its head', async t => {
  const found = await bench(t)
  const { redis, key } = found
  await redis.rpush(key('ready'), '1', '2', '3', '4', '5')
  const [, position] = await cutAfter(found, 'ready', false, '', 2)
  t.equal(position, '3 2,1 3,4,5')
  await redis.lpush(key('ready'), ...Array.from({ length: 3000 }, (_, i) => String(100 + i)))
  t.strictSame((await cutAfter(found, 'ready', false, position, 2))[0], ['3', '4'])
  t.strictSame((await cutAfter(found, 'ready', true, position, 3))[0], ['2', '1', '100'])
})

test('search_cut() finds a position that has moved far, or what has come of it', async t => {
  const found = await bench(t)
  const { redis, key } = found
  const refs = Array.from({ length: 3000 }, (_, i) => `${i + 1}:${i < 2000 ? 50 : 60}`)
  await redis.rpush(key('references'), ...refs)
  const [, position] = await cutAfter(found, 'references', false, '', 2500)
  await redis.ltrim(key('references'), 2400, -1)
  t.strictSame((await cutAfter(found, 'references', false, position, 1))[0], ['2501:60'])
  await redis.ltrim(key('references'), 200, -1)
  t.strictSame((await cutAfter(found, 'references', false, position, 1))[0], ['2601:60'])
  t.same((await cutAfter(found, 'references', true, position, 1))[0], {}, 'all left were listed')
})

test('scan_middle() merges plain jobs and references, and goes on in both', async t => {
  const found = await bench(t)
  const { redis, key, call } = found
  for (const id of [1, 2, 5, 6]) await redis.rpush(key('plain'), entry(id, '{}'))
  await redis.rpush(key('references'), '3:2', '9:5')
  const scan = async (isDesc: boolean, position: string, n: number) =>
    await call('scan_middle', `local slice = scan_middle(queue, { is_desc = ${isDesc} }, a, ${n})
return slice.ids, slice.next(#slice.ids)`, { args: [position] })
  t.strictSame(await scan(false, '', 3), [['1', '2', '3'], '2/1 3:2 9:5'])
  t.strictSame(await scan(false, '2/1 3:2 9:5', 2), [['5', '9'], '5/.'])
  t.strictSame(await scan(false, '5/.', 2), [['6'], ''])
  t.strictSame(await scan(true, '', 3), [['6', '9', '5'], '5/1 3:2 9:5'])
  t.strictSame(await scan(true, '5/1 3:2 9:5', 9), [['3', '2', '1'], ''])
  t.strictSame(await scan(false, '-/.', 9), [['1', '2', '5', '6'], ''])
})

test('read_plain_from() passes tombstones, and says how far it has come', async t => {
  const { redis, key, call } = await bench(t)
  await redis.rpush(key('plain'), entry(1, '{}'), entry(2), entry(4, '{}'), entry(7))
  const read = async (position: string, count: number, isDesc = false) =>
    await call('read_plain_from', `local read = read_plain_from(queue, a, ${count}, ${isDesc})
return #read.found / 2, read.last or 'none', read.is_end`, { args: [position] })
  t.strictSame(await read('', 1), [1, 1, false])
  t.strictSame(await read('1', 9), [1, 7, true])
  t.strictSame(await read('3', 9), [1, 7, true], 'no job has that id')
  t.strictSame(await read('7', 9), [0, 'none', true])
  t.strictSame(await read('4', 9, true), [1, 1, true])
  t.strictSame(await read('1', 9, true), [0, 'none', true])
})

test('scan_waiting() goes from section to section', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('ranked'), 1e13, 'a1', 6e13, 'a4')
  await redis.rpush(key('ready'), '2')
  await redis.rpush(key('references'), '3:9')
  const walk = async (isDesc: boolean) =>
    await call('scan_waiting', `local seen, position = {}, ''
for _ = 1, 9 do
  local slice = scan_waiting(queue, { is_desc = ${isDesc}, position = position }, 9)
  for _, id in ipairs(slice.ids) do seen[#seen + 1] = id end
  position = slice.next(#slice.ids)
  seen[#seen + 1] = position
  if position == '' then return seen end
end`)
  t.strictSame(await walk(false), ['1', '2', '2', '3', '3', '4', '4', ''])
  t.strictSame(await walk(true), ['4', '3', '3', '2', '2', '1', '1', ''])
})

test('scan_slice() finds jobs of the time when it began, and is bounded', async t => {
  const { redis, key, call } = await bench(t)
  const record = Buffer.concat([Buffer.alloc(6), Buffer.from('{}')])
  for (let id = 1; id <= 1500; id++) {
    await redis.hset(key('jobs'), id, record)
    await redis.zadd(key('failed'), id, String.fromCharCode(96 + String(id).length) + id)
  }
  const scan = async (filter: string, at: number) =>
    await call('scan_slice', `local found, position, scanned = scan_slice(queue, {
  state = 'failed', is_desc = false, position = '', filter = ${filter}, limit = 2000,
  begin = { at = ${at}, last = 1500 }
})
return #found, position, scanned`, { now: 2000 })
  t.strictSame(await scan('{}', 2000), [250, '250 c250', 250])
  t.strictSame(await scan('{}', 100), [100, '1000 d1000', 1000])
  t.strictSame(await scan("{ text = 'x' }", 2000), [0, '1000 d1000', 1000])
  t.strictSame(await scan('{ since = 1400 }', 2000), [101, '', 101], 'a period is found at once')
})

test('scan_set() reads an error group, and a period where the score tells it', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('failed'), 100, 'a1', 200, 'a2', 300, 'a3')
  await redis.zadd(key('delayed'), 900, 'a4', 1100, 'a5')
  await redis.zadd(key('grouped'), 2 * 0xabc, 'a6', 2 * 0xabc + 1, 'a1', 2 * 0xabc + 1, 'a3')
  const scan = async (state: string, filter: string) =>
    await call('scan_set', `local scan = { state = '${state}', filter = ${filter}, is_desc = false }
scan.position = ''
return scan_set(queue, scan, 9).ids`)
  t.strictSame(await scan('failed', '{}'), ['1', '2', '3'])
  t.strictSame(await scan('failed', '{ since = 200 }'), ['2', '3'])
  t.strictSame(await scan('failed', "{ ['until'] = 200 }"), ['1'])
  t.strictSame(await scan('failed', "{ error = '000000000abc' }"), ['1', '3'])
  t.strictSame(await scan('retrying', "{ error = '000000000abc' }"), ['6'])
  t.strictSame(await scan('delayed', '{ since = 200 }'), ['5'], 'the other is due')
})

test('scan_active() takes the ids that it is given, and read_slice() knows all states', async t => {
  const { redis, key, call } = await bench(t)
  t.strictSame(await call('scan_active', `local scan = { ids = { '3', '5' }, position = '2' }
local slice = scan_active(scan)
return slice.next(0), slice.next(1), slice.next(2), #scan.ids`), ['2', '3', '', 0])
  await redis.rpush(key('ready'), '1')
  await redis.zadd(key('blocked'), 5, 'a2')
  const lua = `local found = {}
for i, state in ipairs({ 'waiting', 'active', 'blocked' }) do
  local scan = { state = state, position = '', is_desc = true, filter = {}, ids = { '3' } }
  if i == 1 then scan.position = '2' end
  found[i] = read_slice(queue, scan, 9).ids[1]
end
return found`
  t.strictSame(await call('read_slice', lua), ['1', '3', '2'])
})

test('scan_ready() reads the ready list, and merge_plain() passes no job before it knows the ' +
  'next of the other kind', async t => {
  const { redis, key, call } = await bench(t)
  await redis.rpush(key('ready'), '4', '2')
  const ids = 'return scan_ready(queue, { is_desc = true }, a, 9).ids'
  t.strictSame(await call('scan_ready', ids, { args: [''] }), ['2', '4'])
  const merge = async (plain: string, refs: string) =>
    await call('merge_plain', `return (merge_plain(queue, ${plain}, ${refs}, 9, false))`)
  const refs = "{ entries = { '7:3' }, left = 1 }"
  t.strictSame(await merge("{ found = { 1, 'a', 3, 'b' }, is_end = false }", refs), ['1', '3'])
  t.strictSame(await merge("{ found = { 1, 'a', 3, 'b' }, is_end = true }", refs), ['1', '3', '7'])
  t.strictSame(await merge("{ found = { 5, 'a' }, is_end = true }", refs), ['7', '5'])
  const more = "{ entries = { '7:3' }, left = 2 }"
  t.strictSame(await merge("{ found = { 5, 'a' }, is_end = true }", more), ['7'])
})

test('is_found() leaves out jobs that came later or have moved on', async t => {
  const { redis, key, call } = await bench(t)
  const record = Buffer.concat([Buffer.alloc(6), Buffer.from('{}')])
  await redis.hset(key('jobs'), '1', record, '2', record, '3', record)
  await redis.zadd(key('delayed'), 2000, 'a3')
  const lua = `local scan = { state = 'waiting', filter = {}, begin = { at = 900, last = 1 } }
local is_first = is_found(queue, scan, '1')
scan.begin.last = 9
return is_first, is_found(queue, scan, '2'), is_found(queue, scan, '3'), is_found(queue, scan, '4')`
  t.strictSame(await call('is_found', lua), [true, true, false, false])
})
