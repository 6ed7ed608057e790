import { test } from 'tap'
import { queues } from '../../../operations/queue/queue.ts'
import { filterInPieces, mergeInPieces, Turns } from '../../../operations/in-pieces.ts'
import { build } from '../../support/server/app.ts'

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `q${(i * 7919) % count}`)

test('merged() sorts lists that are sorted, and filtered() keeps the order', async t => {
  const all = names(23_456)
  const lists = Array.from({ length: 24 }, (_, i) => all.slice(i * 1000, (i + 1) * 1000).sort())
  t.strictSame(await mergeInPieces(lists), all.toSorted())
  t.strictSame(await mergeInPieces([]), [])
  t.strictSame(
    await filterInPieces(all, name => name.endsWith('7')),
    all.filter(name => name.endsWith('7'))
  )
})

test('thousands of names are read in slices, sorted, and none twice or missing', async t => {
  const { redis } = await build(t)
  const all = names(5000)
  for (let i = 0; i < all.length; i += 1000) await redis.sadd('queues', ...all.slice(i, i + 1000))
  t.strictSame(await queues(redis), [...new Set(all)].sort())
})

test('Turns let one piece of work run at a time, and a failure holds up no other', async t => {
  const turns = new Turns()
  const order: string[] = []
  const work = (name: string) =>
    turns.take(async () => {
      order.push(`${name} begins`)
      await new Promise(resolve => setImmediate(resolve))
      order.push(`${name} ends`)
      if (name === 'b') throw new Error('b')
    })
  await Promise.allSettled(['a', 'b', 'c'].map(work))
  t.strictSame(order, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})
