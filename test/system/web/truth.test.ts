import { test } from 'tap'
import { takeSamples } from '../../../operations/queue/history.ts'
import { browserHere } from '../../support/server/browser.ts'
import { button } from '../../support/server/dashboard.ts'
import { Presque } from '../../support/server/processes.ts'
import { tokenFile } from '../../support/http/tokens.ts'
import { inBrowser } from './in-browser.ts'

const rightToLeft = '\u202e'

// What the dashboard shows is so, and says how old it is.
await inBrowser(open => {
  test('the list of a busy queue is read again while it is looked at, ' +
    'and stands still while jobs are selected', async t => {
    const { page, ask, seen, visit } = await open(t, '#/q/mail')
    await ask('POST /qb/mail', JSON.stringify({ jobs: [{ n: 1 }, { n: 2 }] }))
    await visit()
    await page.getByRole('link', { name: '1', exact: true }).waitFor()
    // One comes and one goes: the number of jobs stays as it was.
    await ask('GET /q/mail')
    await ask('POST /q/mail', '{"n":3}')
    const first = page.getByRole('row', { name: /^Select job 1 / })
    await first.getByText('gone', { exact: true }).waitFor()
    t.equal(await page.getByRole('link', { name: '3', exact: true }).count(), 0, 'no row moves')
    await button(page, '1 new, 1 gone').click()
    await page.getByRole('link', { name: '3', exact: true }).waitFor()
    t.equal(await page.getByRole('link', { name: '1', exact: true }).count(), 0)
    await page.getByRole('checkbox', { name: 'Select job 3' }).check()
    await ask('POST /q/mail', '{"n":4}')
    await page.getByRole('tab', { name: 'Waiting 3' }).waitFor()
    t.equal(await page.getByRole('checkbox', { name: /Select job/ }).count(), 2)
    await button(page, 'Select none').click()
    await button(page, '1 new').click()
    await page.getByRole('link', { name: '4', exact: true }).waitFor()
    await page.getByLabel('First the').selectOption('newest')
    const ids = page.getByRole('checkbox', { name: /Select job/ })
    await page.waitForFunction(() => {
      return document.querySelector('.jobs tbody input')?.ariaLabel === 'Select job 4'
    })
    t.equal(await ids.count(), 3)
    t.match(page.url(), /#\/q\/mail\?order=desc$/, 'the order is in the address')
    t.strictSame(seen, [])
  })

  test('a page that has emptied gives way to the last one there is', async t => {
    const { page, ask, seen, visit } = await open(t, '#/q/mail')
    await ask('POST /qb/mail', JSON.stringify({ jobs: Array(60).fill({}) }))
    await visit()
    await button(page, 'Next').click()
    await page.getByText('51 to 60 of 60').waitFor()
    await page.getByRole('checkbox', { name: 'Select all on this page' }).check()
    await button(page, 'Cancel selected…').click()
    await button(page, 'Cancel 10 jobs').click()
    await page.getByText('10 jobs cancelled').waitFor()
    await page.getByRole('link', { name: '1', exact: true }).waitFor()
    t.equal(await page.getByRole('checkbox', { name: /Select job/ }).count(), 50)
    t.strictSame(seen, [])
  })

  test('controls of direction in payloads and errors are shown, not obeyed, ' +
    'and escaped where text is edited', async t => {
    const { page, ask, fail, seen, visit } = await open(t)
    await fail('mail', { type: 'E', message: `pay ${rightToLeft}001` }, { to: `x${rightToLeft}y` })
    const all = async () => await page.locator('main').innerText()
    for (const hash of ['#/q/mail/failed', '#/q/mail/j/1']) {
      await visit(hash)
      await page.getByText('U+202E').first().waitFor()
      t.notMatch(await all(), /\u202e/)
    }
    await button(page, 'Edit and add again…').click()
    t.equal(
      await page
        .getByRole('dialog')
        .getByLabel(/Payload/)
        .inputValue(),
      '{"to":"x\\u202ey"}'
    )
    await button(page, 'Add and delete the old one').click()
    await page.getByText('Job 2 is in mail').waitFor()
    t.equal(JSON.parse(await (await ask('GET /q/mail')).text()).to, `x${rightToLeft}y`)
    t.strictSame(seen, [])
  })

  test('an open job page fetches no payload again that cannot have changed', async t => {
    const { page, ask, take, seen, visit } = await open(t, '#/q/mail/j/1')
    await ask('POST /q/mail', JSON.stringify({ long: 'x'.repeat(100_000) }))
    await visit()
    await page.getByRole('region', { name: 'Payload' }).waitFor()
    let bytes = 0
    page.on('response', async answer => {
      if (answer.url().includes('/j/mail/1')) bytes += (await answer.text().catch(() => '')).length
    })
    for (let n = 0; n < 3; n++) {
      await page.waitForResponse(answer => answer.url().includes('fields='))
    }
    t.ok(bytes < 10_000, `${bytes} bytes`)
    const { id, receipt } = await take('mail')
    await ask(`POST /j/mail/${id}/touch?receipt=${receipt}`, '{"progress":{"done":5}}')
    await page.getByRole('region', { name: 'Progress' }).getByText('"done": 5').waitFor()
    t.strictSame(seen, [])
  })

  test('no list costs more than 100 kB, however long the payloads and errors are', async t => {
    const { page, ask, fail, seen, visit } = await open(t, '#/q/mail/failed')
    const long = 'y'.repeat(60_000)
    for (let n = 0; n < 50; n++) {
      await fail('mail', { type: 'E', message: long, backtrace: long }, { long }, '')
    }
    await ask('POST /qb/mail', JSON.stringify({ jobs: Array(10).fill({ long }) }))
    await visit('#/')
    for (const state of ['failed', 'waiting']) {
      const answers = page.waitForResponse(answer => answer.url().includes(`state=${state}`))
      await visit(`#/q/mail/${state}`)
      t.ok((await (await answers).body()).length < 100_000, state)
    }
    await page.getByText('60,011 bytes').first().waitFor()
    t.strictSame(seen, [])
  })

  test('a queue that the token is not for says so', async t => {
    const all = { name: 'all', roles: ['produce' as const], queues: ['*'] }
    const eyes = { name: 'eyes', roles: ['read' as const], queues: ['mail*'] }
    const { path, secrets } = tokenFile(t, all, eyes)
    const { page, ask, seen, visit } = await open(
      t,
      '#/q/hidden',
      { PRESQUE_TOKENS: path },
      secrets['all']
    )
    await ask('POST /q/hidden', '{}')
    await visit()
    await page.getByLabel('Token').fill(secrets['eyes']!)
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('The token of this page may not read hidden').waitFor()
    t.equal(await page.getByText('has not been used yet').count(), 0)
    t.strictSame(seen, [])
  })

  test('names that begin alike can be told apart, at every width', async t => {
    const { page, ask, seen, visit } = await open(t)
    const names = ['a', 'b'].map(end => `${'the-same-long-beginning.'.repeat(4)}${end}`)
    for (const name of names) await ask(`POST /q/${name}`, '{}')
    await ask(`POST /w/${names[0]}?worker_id=${'w'.repeat(128)}`)
    for (const width of [360, 768, 1440]) {
      await page.setViewportSize({ width, height: 800 })
      const queue = `#/q/${names[0]}`
      for (const hash of ['#/', queue, `${queue}/j/1`, '#/w', '#/s', '#/e', '#/f', '#/o', '#/a']) {
        await visit(hash)
        await page.locator('main h1').waitFor()
        await page.getByText('Live', { exact: true }).waitFor({ state: 'attached' })
        const wide = await page.evaluate(() => document.documentElement.scrollWidth)
        t.ok(wide <= width, `${hash} fits into ${width}, and has ${wide}`)
      }
      await visit('#/')
      for (const name of names) {
        const link = page.getByRole('link', { name, exact: true })
        await link.waitFor()
        const isWhole = await link.evaluate(element => {
          const box = element.closest('th')!
          return box.scrollWidth <= box.clientWidth
        })
        t.ok(isWhole, `${name} is whole at ${width}`)
      }
    }
    t.strictSame(seen, [])
  })

  test('workers are shown in pages, with what they tell of themselves, ' +
    'and may be quieted', async t => {
    const { page, ask, take, seen, visit } = await open(t, '#/w')
    await ask('POST /q/mail', '{}')
    await Promise.all(
      Array.from({ length: 205 }, async (_, n) => await ask(`POST /w/mail?worker_id=w${n + 100}`))
    )
    await ask('POST /w/mail', '{"worker_id":"v1","host":"web-3","pid":812,"version":"1.4.2"}')
    await take('mail', 'w100')
    await visit()
    await page.getByText('web-3 · pid 812 · 1.4.2').waitFor()
    await page.getByRole('link', { name: /mail 1/ }).waitFor()
    await button(page, 'Quiet: v1').click()
    await page.getByText('quiet', { exact: true }).waitFor()
    t.equal((await (await ask('GET /w?worker_id=v1')).json()).quiet, true)
    await button(page, 'Next').click()
    await page.getByRole('rowheader', { name: 'w304' }).waitFor()
    t.equal(await page.getByRole('rowheader').count(), 6)
    await button(page, 'Back').click()
    await page.getByRole('rowheader', { name: 'v1' }).waitFor()
    await visit('#/q/mail/workers')
    await page.getByLabel('Workers of this queue').getByText('web-3 · pid 812').waitFor()
    t.strictSame(seen, [])
  })

  test('rates are there from the first second, and charts end in no false spike', async t => {
    const { page, app, ask, seen, visit } = await open(t)
    await ask('POST /qb/mail', JSON.stringify({ jobs: Array(400).fill({}) }))
    const { time, queues } = await app.summaries.latest()
    for (const [ago, pushed] of [
      [2, 160],
      [1, 280]
    ] as const) {
      const at = time - ago * 60
      await takeSamples(app.redis, { time: at, queues: [{ ...queues[0]!, pushed }] }, { now: at })
    }
    await visit()
    const row = page.getByRole('row', { name: /mail/ })
    await row.locator('[data-label="in /s"]').getByText('2.0', { exact: true }).waitFor()
    await visit('#/q/mail')
    const chart = page.getByRole('img', { name: 'Throughput' })
    await chart.waitFor()
    const most = Number(
      /in: now [\d.]+, between [\d.]+ and ([\d.]+)/.exec(
        (await chart.getAttribute('aria-label'))!
      )![1]
    )
    t.ok(most <= 4, `120 jobs a minute are 2 a second, not ${most}`)
    t.strictSame(seen, [])
  })

  test('times are in one zone, which is named, and by the clock of the server', async t => {
    const { page, ask, take, seen, visit } = await open(t, '#/q/mail/j/1')
    // The laptop's clock is ten minutes behind.
    await page.clock.install({ time: Date.now() - 600_000 })
    await ask('POST /q/mail', '{}')
    await take('mail')
    await visit()
    await page
      .getByLabel('Facts')
      .getByText(/^in \d+s$/)
      .waitFor()
    t.equal(await page.getByText(/in 10m|in 9m/).count(), 0)
    await button(page, /^Times are in/).click()
    const why = page.getByLabel('Why it is not running')
    await why.getByText(/until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/).waitFor()
    await page
      .getByLabel('Facts')
      .getByText(/\d\d:\d\d:\d\d UTC/)
      .first()
      .waitFor()
    t.strictSame(seen, [])
  })
})

if (browserHere() !== undefined) {
  const { openBrowser } = await import('../../support/server/browser.ts')
  test('Live means heard of within seconds; a frozen server is told, ' +
    'and is followed again once it is back', async t => {
    const presque = await new Presque(t, { PRESQUE_PROCESSES: '1' }).serves()
    const browser = await openBrowser()
    t.teardown(async () => await browser.close())
    const page = await browser.newPage()
    page.setDefaultTimeout(40_000)
    const push = async () =>
      await fetch(`${presque.url}/q/mail`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}'
      })
    await push()
    await page.goto(`${presque.url}/#/q/mail`)
    await page.getByText('Live', { exact: true }).waitFor()
    await push()
    const tile = (name: string) => page.locator('.tile').filter({ hasText: name }).locator('dd')
    await tile('In per second').filter({ hasText: /[1-9]/ }).waitFor()
    presque.first.kill('SIGSTOP')
    await page.getByText('Late', { exact: true }).waitFor()
    await page.locator('.as-of.late').getByText(/^as of ([6-9]|1[0-4]) s$/).waitFor()
    const [rate, oldest] = await Promise.all(
      ['In per second', 'Oldest waiting'].map(async name => await tile(name).innerText())
    )
    t.match(rate, /[1-9]/, 'not 0: nothing is known of the present')
    t.ok(Number.parseInt(oldest!) < 60)
    await page.locator('.as-of.lost').getByText(/^as of 1[5-9] s$/).waitFor()
    await page.getByText('No connection').waitFor()
    t.equal(await tile('In per second').innerText(), rate)
    t.equal(await tile('Oldest waiting').innerText(), oldest)
    presque.first.kill('SIGCONT')
    await page.getByText('Live', { exact: true }).waitFor()
    process.kill(presque.redis(), 'SIGSTOP')
    await page.getByText('Redis is unreachable').waitFor()
    await page.locator('.as-of.late').waitFor()
    process.kill(presque.redis(), 'SIGCONT')
    await page.getByText('Live', { exact: true }).waitFor()
    await push()
    await page.getByRole('tab', { name: 'Waiting 3' }).waitFor()
    await button(page, /^\d new$/).click()
    await page.getByRole('checkbox', { name: 'Select job 3' }).waitFor()
    t.equal(await page.getByRole('alert').count(), 0)
  })
}
