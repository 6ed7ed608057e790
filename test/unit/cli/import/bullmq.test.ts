import { Queue } from 'bullmq'
import { test } from 'tap'
import { dump, place, progress } from '../../../support/server/import.ts'

test('BullMQ: what its own package put in arrives in the order BullMQ would take it, ' +
  'and --remove leaves no job behind', async t => {
  const { old, jobs, delayed, run } = await place(t)
  const queue = new Queue('mail', { connection: { host: '127.0.0.1', port: old.options.port! } })
  t.teardown(async () => await queue.close())
  for (let n = 0; n < 120; n++) await queue.add('send', { n })
  await queue.add('send', { n: 'second' }, { priority: 2 })
  await queue.add('send', { n: 'first' }, { priority: 1, attempts: 3 })
  const [soon, far] = [
    await queue.add('send', { n: 'soon' }, { delay: 1e9 }),
    await queue.add('send', { n: 'far' }, { delay: 2e9 })
  ]
  const names = [...Array.from({ length: 120 }, (_, n) => n), 'first', 'second']
  const payload = (n: unknown) => JSON.stringify({ name: 'send', data: { n } })
  const before = await dump(old)
  t.match(await run('--from', 'bullmq'), { code: 0, out: /mail +122 +2 +0 +0 / })
  t.strictSame(await dump(old), before, 'a dry run')
  for (const more of [[], [], ['--remove']]) {
    t.match(await run('--from', 'bullmq', '--apply', ...more), { code: 0, err: progress })
    t.strictSame(await jobs('mail'), names.map(payload))
    t.strictSame(await delayed('mail'), [
      [payload('soon'), (soon.timestamp + 1e9) / 1000],
      [payload('far'), (far.timestamp + 2e9) / 1000]
    ])
  }
  t.match(await queue.getJobCounts(), { waiting: 0, prioritized: 0, delayed: 0 })
  t.strictSame(
    (await old.keys('bull:mail:*')).filter(key => /:\d+$/.test(key)),
    []
  )
})

test('BullMQ: with --payload data the data alone arrives, of a paused queue too; ' +
  'parts of flows stay and are named', async t => {
  const { old, jobs, run } = await place(t)
  const queue = new Queue('mail', { connection: { host: '127.0.0.1', port: old.options.port! } })
  t.teardown(async () => await queue.close())
  await queue.pause()
  await queue.add('send', { n: 1 })
  const { id } = await queue.add('send', { n: 2 })
  await queue.add('send', 3)
  await old.hset(`bull:mail:${id}`, 'parentKey', 'bull:other:1')
  const { code, err } = await run('--from', 'bullmq', '--payload', 'data', '--apply', '--remove')
  t.equal(code, 3)
  t.match(err, /bull:other:1 waits for it/)
  t.match(err, /not a JSON object: 3/)
  t.strictSame(await jobs('mail'), ['{"n":1}'])
  t.equal(await queue.getWaitingCount(), 2, 'what did not arrive stays')
})
