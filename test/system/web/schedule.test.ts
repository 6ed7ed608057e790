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
      .getByRole('row', { name: /nightly At 04:30 30 4 .* Europe\/Berlin .*mail in \d+[hms]/ })
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

  test('a schedule tells in words when it fires, and its next ticks in its zone and in that of ' +
    'the page, with a warning where clocks change', async t => {
    const { page, ask, seen, visit } = await open(t, '#/s')
    const quarterly = { queue: 'a', cron: '0 4 1 */3 *', tz: 'America/New_York', payload: {} }
    await ask('PUT /schedule/quarterly', JSON.stringify(quarterly))
    await ask('PUT /schedule/odd', '{"queue":"a","cron":"? 4 L * 5#1","payload":{}}')
    await visit()
    const row = page.getByRole('row', { name: /^quarterly/ })
    await row.getByText('At 04:00, on day 1 of the month, every 3 months').waitFor()
    await row.getByText('clocks change', { exact: true }).waitFor()
    await row.getByText('Next 5 ticks').click()
    const ticks = row.locator('li:not(.warn)')
    const { ticks: told } = await (await ask('GET /schedule/quarterly?ahead=1')).json()
    const lines = (told as number[]).map(tick => new Date(tick * 1000).toISOString())
    t.strictSame(
      (await ticks.allInnerTexts()).map(text => text.replace(/, in .*/, '')),
      lines.map(iso => {
        const day = new Intl.DateTimeFormat('en', { weekday: 'short', timeZone: 'UTC' })
        const [date, time] = [iso.slice(0, 10), iso.slice(11, 19)]
        return `${day.format(new Date(iso))} ${date} 04:00:00 America/New_York\n${date} ${time} UTC`
      })
    )
    const warnings = (await row.locator('li.warn').allInnerTexts()).join()
    t.match(warnings, /New_York: Sun [\d-]+ 01:59 is followed by 03:00 \(UTC-05:00 to UTC-04:00\)/)
    t.match(warnings, /New_York: Sun [\d-]+ 01:59 is followed by 01:00 \(UTC-04:00 to UTC-05:00\)/)
    t.strictSame(seen, [])
  })

  test('the calendar has the ticks of the next 24 hours, and a schedule runs now', async t => {
    const { page, ask, seen, visit } = await open(t, '#/s')
    const sweep = '{"queue":"chores","every":7200,"priority":2,"max_lost":null,' +
      '"payload":{ "n": 1.0 }}'
    await ask('PUT /schedule/sweep', sweep)
    await ask('PUT /schedule/busy', '{"queue":"b","every":60,"payload":{}}')
    await visit()
    const calendar = page.getByRole('region', { name: 'The next 24 hours' })
    await calendar.getByText('Too often to list: busy (every 1m).').waitFor()
    const { ticks } = await (await ask('GET /schedule/sweep?ahead=24')).json()
    t.strictSame(
      await calendar.getByRole('listitem').allInnerTexts(),
      (ticks as number[]).map(tick => {
        const hour = new Date(tick * 1000).toISOString().slice(11, 16)
        return `${hour}\nsweep ${hour}`
      })
    )
    await button(page, 'Run now: sweep').click()
    await page.getByText('Job 1 of sweep is in chores').waitFor()
    const job = await (await ask('GET /j/chores/1')).text()
    t.match(job, '"payload":{ "n": 1.0 }')
    t.match(JSON.parse(job), { priority: 2, max_lost: null })
    t.strictSame(seen, [])
  })
})
