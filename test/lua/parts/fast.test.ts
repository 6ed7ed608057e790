import { test } from 'tap'
import { bench, type Bench } from '../call.ts'

const fill = async ({ redis, key, call }: Bench, ...payloads: string[]): Promise<void> => {
  await redis.hset(key('stats'), 'seed', 'abc')
  for (const payload of payloads) {
    await call('enqueue_plain', "enqueue_plain(queue, { a }, 'abc')", { now: 5, args: [payload] })
  }
}

const pop = `local popped = { entries = {}, count = 0 }
pop_plain(queue, popped, tonumber(a))
return popped.count, popped.is_unsure or false, #popped.entries`

test('pop_plain() takes as many as are wanted, and tells whether there may be more', async t => {
  const found = await bench(t)
  const { redis, key, call } = found
  const take = async (count: number) => await call('pop_plain', pop, { args: [`${count}`] })
  t.strictSame(await take(1), [0, false, 0])
  await fill(found, ...Array.from({ length: 40 }, (_, i) => `{"n":${i}}`))
  t.strictSame(await take(0), [0, false, 0])
  t.strictSame(await take(16), [16, false, 16])
  t.strictSame(await take(17), [17, false, 17])
  t.strictSame(await take(8), [7, false, 7])
  t.equal(await redis.exists(key('plain')), 0)
})

test('pop_plain() takes as many as fit into an answer, and the first in any case', async t => {
  const found = await bench(t)
  const { redis, key, call } = found
  const mib = (n: number) => 'x'.repeat(n * 1024 * 1024)
  await fill(found, mib(9), '{}', mib(5), mib(3), '{}', mib(6))
  const take = async () => await call('pop_plain', pop, { args: ['9'] })
  t.strictSame(await take(), [1, true, 1])
  t.strictSame(await take(), [2, true, 2], 'two and three MiB with 2 bytes are more than 8 MiB')
  t.strictSame(await take(), [2, true, 2])
  t.strictSame(await take(), [1, false, 1])
  t.equal(await redis.exists(key('plain')), 0)
})

// The same jobs, as entries of `plain` and as what pop_ready makes of them.
const both = `local first, second = {}, {}
for i = 1, 4 do
  local record = pack_record(i > 2 and 7 or 5, '{"n":' .. i .. '}')
  first[i], second[i] = pack_entry(8 + i, record), record
end
local function popped ()
  return {
    ids = {}, count = 4, words = {}, texts = {}, given = 0, deleted = {}, leased = {}, moved = {},
    seed = 'abc', details = { false, false, false, false }, is_plain = { true, true, true, true }
  }
end
local fast, all = popped(), popped()
fast.entries, all.ids, all.records = first, { '9', '10', '11', '12' }, second
local function told (of)
  local words = table.concat(of.words, ' ')
  return { words, of.texts, of.ids, of.leased, of.moved, of.given, of.deleted }
end\n`

test('lease_plain() leases as lease_jobs() does, and give_plain() gives as give_jobs() does',
  async t => {
    const { redis, key, call } = await bench(t)
    const lease = async (worker: string, name: string, which: string) => {
      await redis.del(key('holders'))
      const request = `{ lease = 500, worker = '${worker}' }`
      const lua = `${name}(queue, ${which}, 1, 3, ${request})
${name}(queue, ${which}, 4, 4, ${request})\nreturn told(${which})`
      const use = 'pack_record pack_entry lease_plain lease_jobs'
      return [await call(use, both + lua), await redis.hgetall(key('holders'))]
    }
    for (const worker of ['', 'w1']) {
      const fast = await lease(worker, 'lease_plain', 'fast')
      t.strictSame(fast, await lease(worker, 'lease_jobs', 'all'))
      t.match(fast[0][0], /^1500 9 1 1-[0-9a-f]{16} 5 10 1 .* 7 1500 12 1 1-[0-9a-f]{16} 7$/)
      t.equal(Object.keys(fast[1]).length, worker === '' ? 0 : 4)
    }
    const give = `give_plain(fast, 1, 3)\ngive_plain(fast, 4, 4)\ngive_plain(fast, 5, 4)
give_jobs(queue, all, 1, 3)\ngive_jobs(queue, all, 4, 4)\nreturn told(fast), told(all)`
    const [fast, all] = await call('pack_record pack_entry give_plain give_jobs', both + give)
    t.strictSame(fast, all)
    t.equal(fast[0], '9 5 - 10 5 - 11 7 - 12 7 -')
  })

test('complete_plain() completes all jobs or none', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('stats'), 'seed', 'abc')
  await redis.hset(key('jobs'), '1', 'r', '2', 'r', '10', 'r')
  await redis.zadd(key('active'), 5000, 'a1', 5000, 'a2', 6000, 'b10')
  const complete = async (...jobs: Array<[id: string, deadline: string]>) => {
    const fields = jobs.map(([id, deadline]) =>
      `'${id}', make_receipt('abc', '${id}', '1', '${deadline}'), ''`)
    const lua = `return complete_plain(queue, { ${fields.join(', ')} }) or 'none'`
    return await call('complete_plain make_receipt', lua)
  }
  t.equal(await complete(['1', '5000'], ['2', '5001']), 'none', 'one is refused')
  t.equal(await complete(['1', '5000'], ['3', '5000']), 'none', 'one is not there')
  t.equal(await complete(['1', '5000'], ['1', '5000']), 'none', 'one comes twice')
  t.equal(await complete(...Array<[string, string]>(1001).fill(['1', '5000'])), 'none')
  for (const name of ['details', 'holders', 'watchers', 'reports'] as const) {
    await redis.hset(key(name), '9', '{}')
    t.equal(await complete(['1', '5000']), 'none', name)
    await redis.del(key(name))
  }
  await redis.zadd(key('dependents'), 1, '1:a2')
  t.equal(await complete(['1', '5000']), 'none', 'dependents')
  await redis.del(key('dependents'))
  await redis.hset(key('policy'), 'keep', 1000)
  t.equal(await complete(['1', '5000']), 'none', 'a job that is kept')
  await redis.del(key('policy'))
  await redis.xadd(key('events'), '*', 'listening', '')
  t.equal(await complete(['1', '5000']), 'none', 'a client listens')
  await redis.del(key('events'))
  t.strictSame([await redis.zcard(key('active')), await redis.hlen(key('jobs'))], [3, 3])
  t.strictSame(await complete(['1', '5000'], ['10', '6000']), ['', ''])
  t.strictSame(await redis.zrange(key('active'), 0, '-1'), ['a2'])
  t.strictSame(await redis.hkeys(key('jobs')), ['2'])
  t.equal(await redis.hget(key('stats'), 'processed'), '2')
})
