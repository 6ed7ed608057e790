import { test } from 'tap'
import { chaos } from './chaos.ts'

test(
  'presque run loses no job, and hurries none, while it, presque and Redis are killed',
  { timeout: 180_000 },
  async t => {
    const { violations, ...figures } = await chaos({
      jobs: 200,
      kills: 1,
      say: sentence => t.comment(sentence)
    })
    t.comment(figures)
    t.strictSame(violations, [])
    t.equal(figures.done, 200)
  }
)
