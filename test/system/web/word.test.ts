import { test } from 'tap'
import { inBrowser } from './in-browser.ts'

// The words of the field. In the API those of 2010 live on: stopped, active.
const old = /\b(on lease|active|stopped?|stop|push(es|ed)?|drop|redrive|given up|oldest waits)\b/i

await inBrowser(open => {
  test('the pages have the words of the field, also where the API has others', async t => {
    const { page, ask, fail, take, seen, visit } = await open(t)
    await fail('mail', { type: 'Timeout', message: 'slow' })
    await ask('POST /qb/mail', '{"jobs":[{},{}]}')
    await take('mail', 'w1')
    await ask('POST /control/later', '{"status":"stop"}')
    await ask('POST /q/later', '{}')
    const states = ['waiting', 'active', 'delayed', 'blocked', 'failed', 'completed']
    for (const hash of ['#/', ...states.map(state => `#/q/mail/${state}`), '#/w', '#/s']) {
      await visit(hash)
      await page.locator('main h1').waitFor()
      await page.getByText('Loading…').waitFor({ state: 'detached' })
      t.notMatch(await page.locator('main :is(h1, h2, th, dt, button, .badge, [role=tab])')
        .allInnerTexts(), old, hash)
    }
    await visit('#/q/mail/active')
    await page.getByRole('tab', { name: 'Running 1' }).waitFor()
    const row = page.getByRole('table', { name: 'Jobs that are running' })
    await row.locator('[data-label="running for"]').getByText(/^\d/).waitFor()
    await visit('#/q/mail/j/1')
    await page.getByLabel('Facts').getByText('1 ×').waitFor()
    await visit('#/q/later')
    await page.getByText('paused', { exact: true }).waitFor()
    t.strictSame(seen, [])
  })
})
