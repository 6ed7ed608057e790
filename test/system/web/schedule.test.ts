import { test } from 'tap'
import { button } from '../../support/server/dashboard.ts'
import { inBrowser } from './in-browser.ts'

// What recurs.
await inBrowser(open => {
  test('schedules are set, edited and deleted, and show what came of them', async t => {
    const { page, ask, seen, visit } = await open(t, '#/s')
    await visit()
    await page.getByText('There is no schedule yet').waitFor()
    await button(page, 'Add a schedule').click()
    const dialog = page.getByRole('dialog')
    for (const [label, value] of [
      ['Name', 'nightly'],
      ['Queue', 'mail'],
      ['Cron expression', 'noon'],
      ['Time zone', 'Europe/Berlin'],
      [/Payload/, '{ "n": 1.0 }']
    ] as const) {
      await dialog.getByRole('textbox', { name: label }).fill(value)
    }
    await button(page, 'Set schedule').click()
    await dialog.getByRole('alert').getByText('cron').waitFor()
    await dialog.getByRole('textbox', { name: 'Cron expression' }).fill('30 4 * * *')
    await button(page, 'Set schedule').click()
    await page.getByText('The schedule nightly is set').waitFor()
    await page
      .getByRole('row', { name: /nightly 30 4 \* \* \* Europe\/Berlin mail in \d+[hms]/ })
      .waitFor()
    t.match(await (await ask('GET /schedule/nightly')).text(), '"payload":{ "n": 1.0 }')
    await button(page, 'Edit nightly').click()
    await dialog.getByLabel('Fires').selectOption('every')
    await dialog.getByRole('textbox', { name: 'Interval, seconds' }).fill('1')
    await dialog.getByLabel('While its last job is unfinished').selectOption('skip')
    await button(page, 'Set schedule').click()
    await dialog.waitFor({ state: 'detached' })
    t.match(await (await ask('GET /schedule/nightly')).json(), {
      every: 1,
      overlap: 'skip',
      payload: { n: 1 }
    })
    const row = page.getByRole('row', { name: /nightly/ })
    await row.locator('[data-label="skipped"]').filter({ hasText: /[1-9]/ }).waitFor()
    await row.locator('.error').getByText(/job/).waitFor()
    await button(page, 'Delete nightly').click()
    await button(page, 'Delete schedule').click()
    await page.getByText('There is no schedule yet').waitFor()
    t.equal((await ask('GET /schedule/nightly')).status, 404)
    t.strictSame(seen, [])
  })
})
