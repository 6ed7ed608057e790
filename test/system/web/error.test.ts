import { test } from 'tap'
import { nack } from '../../../operations/job/nack.ts'
import { push } from '../../../operations/job/push.ts'
import { take } from '../../../operations/job/take.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import { button } from '../../support/server/dashboard.ts'
import { until } from '../../support/until.ts'
import { inBrowser } from './in-browser.ts'

/** Fails `count` jobs with the same error, numbers aside. */
async function failMany (
  redis: RedisClient, queue: string, count: number, message: string, retry = false
): Promise<void> {
  await push(redis, queue, Array.from({ length: count }, () => ({ payload: '{"to":"ann"}' })))
  const jobs = await take(redis, queue, { lease: 30, count, worker: 'w1' })
  const nacks = jobs.map(({ id, lease }, n) => {
    const error = JSON.stringify({ type: 'E', message: `${message} ${n}`, backtrace: [`at ${n}`] })
    return { id, receipt: lease!.receipt, error, retry }
  })
  await nack(redis, queue, nacks)
}

await inBrowser(open => {
  test('errors are grouped by the server: each count is the truth, ' +
    'and the kind that grows now is first', async t => {
    const { page, app, seen, visit } = await open(t, '#/q/mail/errors')
    await failMany(app.redis, 'mail', 301, 'old')
    await failMany(app.redis, 'mail', 2, 'new', true)
    await failMany(app.redis, 'other', 5, 'elsewhere')
    await visit()
    const row = (name: string) => page.getByRole('row').filter({ hasText: name })
    const cell = (name: string, label: string) => {
      return row(name).locator(`[data-label="${label}"]`).innerText()
    }
    await row('old').waitFor()
    t.equal(await page.locator('.errors tbody tr').count(), 2)
    t.equal(await cell('old', 'failed attempts'), '301')
    t.equal(await cell('old', 'failed'), '301')
    t.equal(await cell('new', 'retrying'), '2')
    await row('old').getByRole('img', { name: /^Failed attempts over the last 24 hours: 0 to 301/ })
      .waitFor()
    await row('old').getByText('all on w1').waitFor()
    await failMany(app.redis, 'mail', 1, 'third')
    await button(page, '1 new').click()
    await row('third').waitFor()
    await page.getByRole('link', { name: 'Errors', exact: true }).first().click()
    await row('elsewhere').getByRole('link', { name: 'other' }).waitFor()
    t.equal(await page.locator('.errors tbody tr').count(), 4)
    t.strictSame(seen, [])
  })

  test('a kind of error has its day, three samples side by side, and actions on all of its jobs ' +
    'and on no other', async t => {
    const { page, app, counts, seen, visit } = await open(t, '#/q/mail/errors')
    await failMany(app.redis, 'mail', 30, 'gone')
    await failMany(app.redis, 'mail', 12, 'slow', true)
    await failMany(app.redis, 'mail', 4, 'slow')
    await visit()
    await page.getByRole('link', { name: /slow/ }).click()
    await page.getByRole('img', { name: /^Failed attempts in ten minutes/ }).waitFor()
    const samples = page.getByRole('region', { name: 'The last failures' }).getByRole('article')
    t.equal(await samples.count(), 3)
    await samples.first().getByText(/^at \d+$/).waitFor()
    await samples.first().getByText('Payload').click()
    await samples.first().getByText('"to": "ann"').waitFor()
    await button(page, 'Retry 4 failed jobs…').click()
    await page.getByRole('dialog').getByText('4 failed jobs of this kind').waitFor()
    await button(page, 'Retry 4 jobs').click()
    await page.getByText('4 jobs retried').waitFor()
    await button(page, 'Delete 12 retrying jobs…').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('12 jobs, of which the first are:').waitFor()
    t.equal(await dialog.getByRole('listitem').count(), 5)
    await dialog.getByRole('button', { name: 'Begin' }).click()
    await page.getByRole('heading', { name: 'Delete in mail' }).waitFor()
    await page.getByText('completed', { exact: true }).waitFor()
    await until('the others are as they were', async () => {
      const { failed, retrying, waiting } = await counts('mail')
      return failed === 30 && retrying === 0 && waiting === 4
    })
    await button(page, 'Undo').click()
    await page.getByText('undone', { exact: true }).waitFor()
    t.match(await counts('mail'), { failed: 30, retrying: 12 })
    t.strictSame(seen, [])
  })

  test('a canary goes first: its number is said before, and it can be paused, resumed and aborted',
    async t => {
      const { page, app, counts, seen, visit } = await open(t, '#/q/mail/errors')
      await failMany(app.redis, 'mail', 40, 'slow')
      await visit()
      await page.getByRole('link', { name: /slow/ }).click()
      await button(page, 'Retry failed with a canary…').click()
      const dialog = page.getByRole('dialog')
      await dialog.getByText('40 jobs, of which the first are:').waitFor()
      await dialog.getByLabel('Jobs that go first').fill('7')
      await dialog.getByRole('button', { name: 'Begin' }).click()
      await page.getByText('7 go first and end within 600 s; it stops itself at 5 % failures')
        .waitFor()
      await until('they have gone', async () => (await counts('mail')).waiting === 7)
      await page.getByLabel('How it stands').getByText(/7 of 40/).waitFor()
      await button(page, 'Pause').click()
      await page.getByText('paused', { exact: true }).waitFor()
      await button(page, 'Resume').click()
      await button(page, 'Pause').waitFor()
      await button(page, 'Abort').click()
      await page.getByText('aborted', { exact: true }).waitFor()
      await page.getByRole('link', { name: 'Operations' }).first().click()
      await page.locator('.operations').getByText('aborted', { exact: true }).waitFor()
      t.match(await counts('mail'), { failed: 33, waiting: 7 })
      t.strictSame(seen, [])
    })
})
