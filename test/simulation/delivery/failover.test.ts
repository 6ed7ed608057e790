import { randomInt } from 'node:crypto'
import { test } from 'tap'
import { forgive } from './failover.ts'
import { History } from './history/history.ts'
import { run } from './run.ts'
import { story } from './history/story.ts'

// `npm run check:delivery -- --failovers 3 --redis cluster` does the same at length.
const seed = randomInt(2 ** 31)
test('no job that was accepted is lost when the master of a Sentinel group is killed ' +
  `(seed ${seed})`, async t => {
  const { violations, tally } = await run({
    seed,
    jobs: 1500,
    kills: 0,
    failovers: 1,
    place: 'sentinel',
    seconds: 10
  })
  t.same(
    violations
      .slice(0, 3)
      .map(({ rule, queue, detail, job }) => [
        rule,
        queue,
        detail,
        ...(job ? [story(job)].flat() : [])
      ]),
    []
  )
  for (const what of ['failover', 'push unknown', 'delivery lease', 'end acked']) {
    t.ok(tally.get(what), what)
  }
})

test('a failover excuses a second delivery, but no job that is lost', async t => {
  const history = new History()
  const one = 'a job ends in exactly one way'
  for (const [rule, detail] of [
    ['a job has one end', '2 ends'],
    [one, 'it is lost'],
    [one, 'listed twice'],
    ['everything drains', '1 waiting']
  ] as const) {
    history.violate(rule, 'mail', detail, null)
  }
  forgive(history)
  t.same(
    history.violations.map(({ detail }) => detail),
    ['it is lost', '1 waiting']
  )
})
