import { mkdirSync } from 'node:fs'
import { buildDashboard, openBrowser } from '../test/fixtures/browser.ts'
import { openDashboard } from '../test/fixtures/dashboard.ts'
import type { Test } from 'tap'

// Draws the pages of the dashboard at phone and desktop width, light and dark, into the folder given (docs/screenshots).
const folder = process.argv[2] ?? 'docs/screenshots'
const endings: Array<() => unknown> = []
const t = { teardown: (end: () => unknown) => endings.unshift(end) } as unknown as Test
const { web, remove } = buildDashboard()
const browser = await openBrowser()
const { page, ask, fail, visit } = await openDashboard(t, browser, web, '')

for (let n = 0; n < 12; n++) await fail('mail', { type: n % 3 ? 'SMTPError' : 'Timeout', message: n % 3 ? `550 no such address user${n}@example.org` : 'connect timed out after 30 s', backtrace: ['at send (mailer.js:42:11)', 'at work (worker.js:7:3)'] })
for (const queue of ['invoice', 'mail', 'thumbnail', 'webhook:stripe', 'search-index']) {
  await ask(`POST /w/${queue}?worker_id=${queue.slice(0, 4)}-worker-1`)
  await ask(`POST /qb/${queue}`, JSON.stringify({ jobs: Array.from({ length: 10 + queue.length * 7 }, (_, n) => ({ to: `user${n}@example.org`, template: 'welcome', order: 10_000 + n })) }))
  await ask(`POST /q/${queue}?delay=600`, '{"to":"later"}')
  for (let n = 0; n < queue.length % 4; n++) await ask(`GET /q/${queue}?lease=600&worker_id=${queue.slice(0, 4)}-worker-1`)
}
await ask('POST /control/search-index', '{"status":"stop"}')
mkdirSync(folder, { recursive: true })
for (const [size, width, height] of [['desktop', 1280, 800], ['phone', 390, 844]] as const) {
  await page.setViewportSize({ width, height })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const [name, hash] of [['queues', '#/'], ['queue', '#/q/mail/failed'], ['job', '#/q/mail/j/1'], ['workers', '#/w']] as const) {
      await visit(hash)
      for (const queue of ['mail', 'invoice']) await ask(`GET /qb/${queue}?batch_size=3`)
      await new Promise(resolve => setTimeout(resolve, 2500))
      await page.screenshot({ path: `${folder}/${name}-${size}-${colorScheme}.png` })
    }
  }
}
for (const end of endings) await end()
await browser.close()
remove()
