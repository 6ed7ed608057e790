import { test } from 'tap'
import { button } from '../../support/server/dashboard.ts'
import { until } from '../../support/until.ts'
import { inBrowser } from './in-browser.ts'

// Typed text stays, and a pressed button acts once.
await inBrowser(open => {
  test('every action on many jobs asks first, and says on how many', async t => {
    const { page, ask, fail, counts, seen, visit } = await open(t, '#/q/mail/failed')
    for (let n = 0; n < 3; n++) await fail('mail', { type: 'Timeout', message: 'slow' })
    await ask('POST /q/mail?delay=600', '{}')
    await visit()
    const asks = async (name: string, verb: string) => {
      await button(page, name).click()
      await page.getByRole('dialog').getByRole('button', { name: verb, exact: true }).waitFor()
      await button(page, 'Keep').click()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    await asks('Retry all…', 'Retry 3 jobs')
    await asks('Delete all…', 'Delete 3 jobs')
    await page.getByRole('checkbox', { name: 'Select all on this page' }).check()
    await asks('Retry selected…', 'Retry 3 jobs')
    await asks('Delete selected…', 'Delete 3 jobs')
    await page.getByRole('link', { name: 'Group by error' }).click()
    await page.getByRole('link', { name: 'Timeout slow' }).click()
    await asks('Retry 3 failed jobs…', 'Retry 3 jobs')
    await button(page, 'Delete 3 failed jobs…').click()
    await page.getByRole('dialog').getByText('3 jobs, of which the first are:').waitFor()
    await page.getByRole('dialog').getByText('Close', { exact: true }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Jobs', exact: true }).click()
    await page.getByRole('tab', { name: 'Delayed' }).click()
    await asks('Run all now…', 'Run 1 job')
    t.match(await counts('mail'), { failed: 3, delayed: 1 })
    t.strictSame(seen, [])
  })

  test('a policy that is being typed keeps its text when it changes elsewhere', async t => {
    const { page, ask, seen, visit } = await open(t, '#/q/mail/policy')
    await ask('POST /q/mail', '{}')
    await visit()
    const policy = page.getByRole('form', { name: 'Policy' })
    await policy.getByLabel('Tries').fill('7')
    await ask('POST /control/mail', '{"status":"stop","concurrency":4}')
    await policy.getByLabel('Concurrency').and(page.locator('[value="4"], input')).waitFor()
    await until(
      'the new policy is there',
      async () => (await policy.getByLabel('Concurrency').inputValue()) === '4'
    )
    t.equal(await policy.getByLabel('Tries').inputValue(), '7')
    t.strictSame(seen, [])
  })

  test('Escape asks before it throws away the text of a form, ' +
    'and a form stays when its job goes', async t => {
    const { page, ask, seen, visit } = await open(t, '#/q/mail/j/1')
    await ask('POST /q/mail', '{"n":1}')
    await visit()
    await button(page, 'Edit and add again…').click()
    const payload = page.getByRole('dialog').getByLabel(/Payload/)
    await payload.fill('{"n":2}')
    await page.keyboard.press('Escape')
    await page.getByText('What you typed has not been sent').waitFor()
    await button(page, 'Keep editing').click()
    t.equal(await payload.inputValue(), '{"n":2}')
    await ask('DELETE /j/mail/1')
    await page.getByText('This job is deleted').waitFor()
    t.equal(await payload.inputValue(), '{"n":2}')
    await page.keyboard.press('Escape')
    await button(page, 'Discard').click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    t.strictSame(seen, [])
  })

  test('a form that is sent twice in one instant, ' +
    'and a button pressed twice, act once', async t => {
    const { page, ask, counts, seen, visit } = await open(t, '#/q/mail')
    await ask('POST /q/mail', '{}')
    await visit()
    await button(page, 'Add job').click()
    await page
      .getByRole('dialog')
      .locator('form')
      .evaluate((form: HTMLFormElement) => {
        form.requestSubmit()
        form.requestSubmit()
      })
    await page.getByText('Job 2 is in mail').waitFor()
    const asked: string[] = []
    page.on('request', request => {
      if (request.method() === 'DELETE') asked.push(request.url())
    })
    await button(page, 'Cancel job 1').evaluate((element: HTMLButtonElement) => {
      element.click()
      element.click()
    })
    await page.getByText('Job 1 is cancelled').waitFor()
    t.equal((await counts('mail')).waiting, 1)
    t.equal(asked.length, 1)
    t.strictSame(seen, [])
  })
})
