import { test } from 'tap'
import { push } from '../../../operations/job/push.ts'
import { take } from '../../../operations/job/take.ts'
import { register } from '../../../operations/worker/worker.ts'
import { button } from '../../support/server/dashboard.ts'
import { inBrowser } from './in-browser.ts'

// The workers, few and very many.
await inBrowser(open => {
  test('a worker whose job runs far longer than the p95 of its queue stands first, ' +
    'with the memory and the concurrency that are used', async t => {
    const { page, app, ask, take: begin, seen, visit } = await open(
      t, '#/w', { PRESQUE_HISTORY: '1' }
    )
    const now = Date.now() / 1000
    await push(app.redis, 'mail', Array(3).fill({ payload: '{}' }))
    await push(app.redis, 'slow', [{ payload: '{}' }])
    const { id, receipt } = await begin('mail', 'a-1')
    await ask(`POST /j/mail/${id}/ack?receipt=${receipt}`)
    await app.meter.latencies!.flush(app.redis)
    await begin('mail', 'a-1')
    await take(app.redis, 'mail', { lease: 900, worker: 'z-9', now: now - 100 })
    await take(app.redis, 'slow', { lease: 900, worker: 'b-1', now: now - 100 })
    const about = { host: 'web-3', pid: 812, version: '1.4.2', concurrency: 4, rss: 73_400_320 }
    await ask('POST /w/mail', JSON.stringify({ worker_id: 'z-9', ...about }))
    await visit()
    const rows = page.locator('.workers tbody tr')
    await rows.first().getByText(/stuck: p95 is \d+(ms|s)/).waitFor()
    t.match(await rows.first().innerText(), /^z-9[^]*mail 3 for 1m 4\ds[^]*1 of 4\s+73\.4 MB/)
    t.match(await page.getByRole('rowheader').allInnerTexts(), [/^z-9/, /^a-1/, /^b-1/])
    t.equal(await page.getByText(/stuck/).count(), 1, 'nothing is known of the other queue')
    await button(page, 'By host').click()
    t.match(await rows.first().innerText(), /web-3\s+1\s+1\s+0\s+0\s+1 of 4\s+73\.4 MB/)
    t.match(await rows.nth(1).innerText(), /not told\s+2\s+0\s+0\s+0\s+2\s+–/)
    t.equal(new URL(page.url()).hash, '#/w?by=host')
    await button(page, 'web-3').click()
    t.equal(new URL(page.url()).hash, '#/w?search=web-3')
    t.match(await page.getByRole('rowheader').allInnerTexts(), [/^z-9/])
    await button(page, 'Quiet: z-9').click()
    await rows.first().getByText('quiet', { exact: true }).waitFor()
    t.strictSame(seen, [])
  })

  test('of 10 000 workers all are read when they are asked for, and the stuck one is found',
    async t => {
      const { page, app, url, ask, seen, visit } = await open(t, '#/w')
      const ids = Array.from({ length: 10_000 }, (_, n) => `w-${String(n).padStart(5, '0')}`)
      for (let i = 0; i < ids.length; i += 1000) {
        await Promise.all(ids.slice(i, i + 1000).map(async (id, n) => {
          const about = { version: n % 4 === 0 ? '1.5.0' : '1.4.2', host: `web-${n % 50}` }
          await register(app.redis, `q-${n % 20}`, id, about)
        }))
      }
      await push(app.redis, 'q-19', [{ payload: '{}' }])
      const now = Date.now() / 1000
      await take(app.redis, 'q-19', { lease: 3600, worker: 'w-09999', now: now - 900 })
      await visit()
      await page.getByText('of these 200 workers alone').waitFor()
      t.equal(await page.getByText('stuck', { exact: true }).count(), 0)
      let bytes = 0
      page.on('response', async answer => {
        if (!answer.url().startsWith(`${url}/w?`)) return
        bytes = Math.max(bytes, (await answer.body()).length)
      })
      await button(page, 'Read all').click()
      await page.getByText(/^10,000 workers, as of/).waitFor()
      const rows = page.locator('.workers tbody tr')
      await rows.first().getByText('stuck', { exact: true }).waitFor()
      t.match(await rows.first().innerText(), /^w-09999/)
      await button(page, 'By version').click()
      t.match(await rows.allInnerTexts(), [/^1\.4\.2\s+7,500\s+1\s+/, /^1\.5\.0\s+2,500\s+0\s+/])
      await button(page, 'Each').click()
      await page.getByRole('searchbox', { name: 'Filter workers' }).fill('w-0765')
      await page.getByRole('rowheader', { name: 'w-07653' }).waitFor()
      t.equal(await page.getByRole('rowheader').count(), 10)
      t.ok(bytes > 10_000 && bytes < 100_000, `${bytes} bytes`)
      await ask('DELETE /w/q-13?worker_id=w-07653')
      await button(page, 'Read again').click()
      await page.getByText(/^9,999 workers, as of/).waitFor()
      await page.getByRole('rowheader', { name: 'w-07653' }).waitFor({ state: 'detached' })
      t.strictSame(seen, [])
    })
})
