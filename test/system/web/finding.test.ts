import { test } from 'tap'
import { startRedis } from '../../support/redis/redis.ts'
import { button } from '../../support/server/dashboard.ts'
import { inBrowser } from './in-browser.ts'

await inBrowser(open => {
  test('a queue whose jobs fail is red on the front page, and the next step is a press away',
    async t => {
      const redis = await startRedis(t, ['--appendonly', 'yes'])
      const { page, ask, take, seen, visit } = await open(t, '#/', { REDIS_URL: redis.url })
      await visit()
      await page.getByText('All is well.').waitFor()
      for (let n = 0; n < 10; n++) {
        await ask('POST /q/mail', '{}')
        const { id, receipt } = await take('mail', 'w1')
        await ask(`POST /j/mail/${id}/nack?receipt=${receipt}`, '{"error":{"message":"timed out"}}')
      }
      const findings = page.getByRole('region', { name: 'Findings' })
      await findings.getByText(/^critical$/).waitFor()
      await findings.getByText(/100 % of the attempts fail/).waitFor()
      t.equal(await page.locator('td[data-label=retrying]').innerText(), '10')
      t.equal(await page.locator('td[data-label="failed attempts /min"]').innerText(), '10')
      await findings.getByRole('link', { name: 'look at retrying jobs' }).waitFor()
      await page.waitForFunction(() => document.title === '(1) presque')
      await page.getByRole('img', { name: 'unhealthy' }).waitFor()
      t.match(await page.locator('link[rel=icon]').getAttribute('href'), /%3E1%3C%2Ftext%3E/)
      await findings.getByRole('link', { name: 'look at its errors' }).click()
      await page.getByRole('link', { name: 'timed out' }).waitFor()
      await page.goBack()
      await button(page, 'pause the queue').click()
      await page.getByText('Done: pause the queue').waitFor()
      await page.locator('table.queues').getByText('paused', { exact: true }).waitFor()
      t.strictSame(seen, [])
    })
})
