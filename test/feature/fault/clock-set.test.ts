import { test, type Test } from 'tap'
import { push } from '../../../operations/job/push.ts'
import { until } from '../../support/until.ts'
import { listen } from '../../support/server/app.ts'

const hour = 3_600_000

/** Sets the clock of this process, and back when the test ends. */
function setClock (t: Test, ms: number): void {
  const { now } = Date
  Date.now = () => now() + ms
  t.teardown(() => {
    Date.now = now
  })
}

// In ms: what a busy machine may add to a wait of a second.
const late = 15_000

for (const [way, ms] of [
  ['back', -hour],
  ['forward', hour]
] as const) {
  test(`requests that wait are answered in time when the clock is set ${way}`, async t => {
    const { app, url } = await listen(t)
    await push(app.redis, 'held', [{ payload: '{}' }])
    const since = performance.now()
    const headers = { 'content-type': 'application/json' }
    const answers = [
      fetch(`${url}/q/none?wait=1`),
      fetch(`${url}/q/none/take?lease=30&wait=1`, { method: 'POST' }),
      fetch(`${url}/q/asked?wait=1`, { method: 'POST', headers, body: '{}' }),
      fetch(`${url}/j/held/1?wait=1`)
    ]
    const took = answers.map(async answer => {
      const { status } = await answer
      return [status, performance.now() - since] as const
    })
    await until('all wait', () => app.longPoll.parked === 2 && app.longPoll.watching === 2)
    setClock(t, ms)
    const found = await Promise.all(took)
    t.strictSame(
      found.map(([status]) => status),
      [404, 404, 202, 200]
    )
    for (const [, passed] of found) {
      t.ok(passed > 900 && passed < 1000 + late, `${Math.round(passed)} ms`)
    }
    // And a timer that was to remind of what falls due counts on.
    const due = fetch(`${url}/q/later?wait=20`)
    await until('it waits', () => app.longPoll.parked === 1)
    await push(app.redis, 'later', [{ payload: '{"n":1}', delay: 0.2 }])
    t.same(await (await due).json(), { n: 1 })
  })
}
