import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { test } from 'tap'
import { button } from '../../support/server/dashboard.ts'
import { until } from '../../support/until.ts'
import { inBrowser } from './in-browser.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

// Each rule that a page breaks, with the elements that do.
async function findings (page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return await page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof import('axe-core') }).axe.run()
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`
    )
  })
}

await inBrowser(open => {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing on any page in ${colorScheme} colours, ` +
      'nor in an open dialog', async t => {
      const { page, ask, fail, take, visit } = await open(t)
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await ask('POST /qb/mail', '{"jobs":[{},{},{}]}')
      await ask('POST /q/mail?delay=600', '{}')
      await ask('POST /q/mail?depends=1', '{}')
      await fail('mail', { type: 'Timeout', message: 'slow', backtrace: ['a', 'b'] })
      await take('mail', 'w1')
      await ask('POST /control/later', '{"status":"stop"}')
      await ask('POST /q/later', '{}')
      await ask('PUT /schedule/nightly', '{"queue":"mail","cron":"30 4 * * *","payload":{}}')
      await ask('PUT /schedule/often', '{"queue":"o","every":1,"overlap":"skip","payload":{}}')
      const { errors } = await (await ask('GET /errors/mail')).json()
      const fingerprint = errors[0].fingerprint
      const what = '{"queue":"mail","where":{"state":"delayed"},"do":"retry","rate":0.01}'
      const operation = await (await ask('POST /operations', what)).json()
      const states = ['waiting', 'delayed', 'blocked', 'active', 'failed', 'completed']
      const queue = states.map(state => `#/q/mail/${state}`)
      for (const hash of [
        '#/',
        ...queue,
        '#/q/later',
        '#/q/mail/j/1',
        '#/q/mail/j/6',
        '#/q/mail/retrying',
        '#/q/mail/errors',
        `#/q/mail/errors/${fingerprint}`,
        '#/q/mail/workers',
        '#/q/mail/forecast',
        '#/q/mail/policy',
        '#/q/mail/audit',
        '#/e',
        '#/w',
        '#/s',
        '#/f',
        '#/o',
        `#/o/${operation.id}`,
        '#/a'
      ]) {
        await visit(hash)
        await page.locator('main h1').waitFor()
        await page.getByText('Live', { exact: true }).waitFor()
        await until('all is there', async () => (await page.getByText('Loading…').count()) === 0)
        if (hash === '#/s') {
          await page.getByText('Next 5 ticks').first().click()
          await page.getByRole('link', { name: 'Job 1, the last of often' }).waitFor()
        }
        t.strictSame(await findings(page), [], hash)
      }
      await visit('#/q/mail/failed')
      await page.getByRole('checkbox', { name: 'Select all on this page' }).check()
      for (const name of ['Add job', 'Pause…', 'Purge…', 'Retry selected…', 'Delete all…']) {
        await button(page, name).click()
        await page.getByRole('dialog').waitFor()
        t.strictSame(await findings(page), [], name)
        await page.keyboard.press('Escape')
        await page.getByRole('dialog').waitFor({ state: 'detached' })
      }
      await button(page, 'Select none').click()
      for (const key of ['Control+k', '?']) {
        await page.keyboard.press(key)
        await page.getByRole('dialog').waitFor()
        t.strictSame(await findings(page), [], key)
        await page.keyboard.press('Escape')
        await page.getByRole('dialog').waitFor({ state: 'detached' })
      }
    })
  }
})
