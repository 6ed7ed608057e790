import { test } from 'tap'
import { takeSamples } from '../../../operations/queue/history.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { button } from '../../support/server/dashboard.ts'
import { until } from '../../support/until.ts'
import { inBrowser } from './in-browser.ts'

// The front page, and what belongs to a queue.
await inBrowser(open => {
  test('the front page shows all queues, and follows what happens', async t => {
    const { page, ask, seen, visit } = await open(t)
    await ask('POST /qb/mail', '{"jobs":[{},{},{}]}')
    await visit()
    const row = page.getByRole('row', { name: /mail/ })
    await row.getByRole('cell', { name: '3', exact: true }).waitFor()
    await ask('POST /q/later', '{}')
    await page.getByRole('link', { name: 'later' }).waitFor()
    await ask('DELETE /q/later')
    await page.getByRole('link', { name: 'later' }).waitFor({ state: 'detached' })
    await page.getByRole('searchbox', { name: 'Filter queues by name' }).fill('nothing')
    await page.getByText('No queue name contains that').waitFor()
    t.strictSame(seen, [])
  })

  test('rates, sparklines and tiles show what happened', async t => {
    const { page, app, ask, seen, visit } = await open(t)
    await ask('POST /qb/mail', JSON.stringify({ jobs: Array(40).fill({}) }))
    await ask('POST /q/mail?depends=40', '{}')
    const now = Date.now() / 1000
    const { time, queues } = await app.summaries.latest()
    for (const waiting of [7, 3]) {
      await takeSamples(
        app.redis,
        { time, queues: [{ ...queues[0]!, counts: { ...queues[0]!.counts, waiting } }] },
        { now: now - waiting * 60 }
      )
    }
    await visit()
    await page
      .getByRole('img', { name: 'Waiting in mail over the last hour: 0 to 40, now 40' })
      .waitFor()
    const tiles = page.getByLabel('All queues together').locator('div')
    await tiles.filter({ hasText: 'Blocked' }).getByText('1', { exact: true }).waitFor()
    const row = page.getByRole('row', { name: /mail/ })
    t.strictSame(
      await row.locator('[data-label="in /s"], [data-label="out /s"]').allTextContents(),
      ['0', '0']
    )
    await ask('POST /qb/mail', '{"jobs":[{},{},{},{}]}')
    await ask('GET /qb/mail?batch_size=30')
    for (const kind of ['in', 'out']) {
      await row.locator(`[data-label="${kind} /s"]`).filter({ hasText: /[1-9]/ }).waitFor()
    }
    await tiles.filter({ hasText: 'Out per second' }).getByText(/[1-9]/).waitFor()
    t.strictSame(seen, [])
  })

  test('a queue is paused and resumed, its policy changed, ' +
    'and purged once its name is typed', async t => {
    const { page, app, ask, seen, visit } = await open(t, '#/q/mail')
    await ask('POST /q/mail', '{}')
    await visit()
    await button(page, 'Pause…').click()
    await button(page, 'Pause').click()
    await button(page, 'Resume').waitFor()
    t.equal((await queueStatus(app.redis, 'mail')).policy.stopped, true)
    await button(page, 'Resume').click()
    await button(page, 'Pause…').waitFor()
    t.equal((await queueStatus(app.redis, 'mail')).policy.stopped, false)
    await page.getByRole('link', { name: 'Policy' }).click()
    const policy = page.getByRole('form', { name: 'Policy' })
    const typed = {
      Tries: 7,
      'Lease, seconds': 90,
      'Keep completed': 5,
      'First backoff': 2,
      'Longest backoff': 40,
      'Rate limit, jobs': 10,
      'Rate period': 60,
      Concurrency: 3,
      'Jobs at most': 9
    }
    for (const [label, value] of Object.entries(typed)) {
      await policy.getByLabel(label).first().fill(String(value))
    }
    await policy.getByRole('button', { name: 'Save policy' }).click()
    await page.getByText('The policy of mail is changed').waitFor()
    t.match((await queueStatus(app.redis, 'mail')).policy, {
      tries: 7,
      lease: 90,
      keep: 5,
      backoff: { base: 2, max: 40 },
      rate: { limit: 10, period: 60 },
      concurrency: 3,
      max_jobs: 9
    })
    await button(page, 'Pause…').click()
    await page.getByLabel('Resume after, seconds').fill('600')
    await button(page, 'Pause').click()
    await page.getByText(/resumes at 20/).waitFor()
    t.equal((await queueStatus(app.redis, 'mail')).policy.stopped, true)
    await button(page, 'Purge…').click()
    t.equal(await button(page, 'Purge for good').isDisabled(), true)
    await page.getByRole('dialog').getByRole('textbox').fill('mail')
    await button(page, 'Purge for good').click()
    await page.getByText('mail was purged').waitFor()
    await until('it is gone', async () => (await app.redis.exists('queues')) === 0)
    t.strictSame(seen, [])
  })

  test('the forecast of a queue says from when on more falls due than workers can take',
    async t => {
      const { page, app, ask, seen, visit } = await open(t, '#/q/mail/forecast')
      await ask('POST /qb/mail?delay=7300', JSON.stringify({ jobs: Array(900).fill({}) }))
      await visit()
      const forecast = page.getByRole('region', { name: 'Forecast' })
      await forecast.getByText('900 fall due. No worker asks for its jobs').waitFor()
      const minute = Math.floor(Date.now() / 60_000)
      const history = Array.from({ length: 1440 }, (_, n) => {
        return `${minute - 1439 + n} 0 0 0 0 ${n} ${n} 0 0 0`
      })
      await app.redis.rpush('{mail}:history', ...history)
      await ask('GET /q/mail')
      await page.reload()
      const sentence = /^From .* on jobs may wait: 900 fall due, and workers can take 5\d or more/
      await forecast.getByText(sentence).waitFor()
      t.equal(await forecast.getByRole('row').filter({ hasText: '900' }).count() > 0, true)
      await visit('#/f')
      await page.getByRole('region', { name: 'mail' }).getByText(/900 fall due/).waitFor()
      t.strictSame(seen, [])
    })

  test('every chart says in words what it shows, and is a table as well', async t => {
    const { page, ask, seen, visit } = await open(t, '#/q/mail')
    await ask('POST /qb/mail', '{"jobs":[{},{}]}')
    await visit()
    for (const title of ['Jobs. waiting: now 2', 'Throughput', 'Oldest waiting']) {
      await page.getByRole('img', { name: title }).waitFor()
    }
    await page.getByText('As a table').first().click()
    await page.getByRole('table', { name: 'Jobs, the latest first' }).waitFor()
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.locator('html[data-theme="dark"]').waitFor({ state: 'attached' })
    await button(page, 'Switch to light colours').click()
    await page.locator('html[data-theme="light"]').waitFor({ state: 'attached' })
    t.strictSame(seen, [])
  })
})
