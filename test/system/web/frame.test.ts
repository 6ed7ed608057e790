import { test } from 'tap'
import { tokenFile } from '../../support/http/tokens.ts'
import { button } from '../../support/server/dashboard.ts'
import { inBrowser } from './in-browser.ts'

// What stands around every page.
await inBrowser(open => {
  test('Ctrl-K goes to a queue, a job by its id or unique key, a worker, a schedule and a page',
    async t => {
      const { page, ask, seen, visit } = await open(t)
      await ask('POST /q/mail?uniq=ann', '{}')
      await ask('POST /w/mail?worker_id=w-7')
      await ask('PUT /schedule/nightly', '{"queue":"mail","every":600,"payload":{}}')
      await visit()
      for (const [typed, heading, hash] of [
        ['mai', 'mail', '#/q/mail'],
        ['mail 1', 'Job 1', '#/q/mail/j/1'],
        ['ann', 'Job 1', '#/q/mail/j/1'],
        ['w-7', 'Workers', '#/w?id=w-7'],
        ['night', 'mail', '#/q/mail/schedules'],
        ['aud', 'Audit', '#/a']
      ] as const) {
        await page.keyboard.press('Control+k')
        await page.getByRole('dialog').getByRole('combobox').fill(typed)
        await page.getByText('1 found.').waitFor()
        await page.keyboard.press('Enter')
        await page.getByRole('dialog').waitFor({ state: 'detached' })
        await page.getByRole('heading', { name: heading }).first().waitFor()
        t.equal(new URL(page.url()).hash, hash, typed)
      }
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog').getByRole('combobox').fill('no such')
      await page.getByText('Nothing has that name.').waitFor()
      t.strictSame(seen, [])
    })

  test('the keys filter, move, select and retry, and are listed', async t => {
    const { page, ask, fail, counts, seen, visit } = await open(t, '#/q/mail/failed')
    for (let n = 0; n < 3; n++) await fail('mail', { type: 'E' })
    await visit()
    await page.getByRole('checkbox', { name: 'Select job 3' }).waitFor()
    for (const key of ['j', 'j', 'k', 'j', 'x']) await page.keyboard.press(key)
    t.ok(await page.getByRole('checkbox', { name: 'Select job 2' }).isChecked())
    await page.keyboard.press('r')
    await page.getByText('Job 2 runs now').waitFor()
    t.match(await counts('mail'), { failed: 2, waiting: 1 })
    await page.keyboard.press('/')
    await page.keyboard.type('j?x')
    t.equal(await page.getByRole('searchbox', { name: 'Search jobs' }).inputValue(), 'j?x')
    await page.getByRole('heading', { name: 'mail' }).click()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).getByText('Filter this page').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await ask('POST /q/mail', '{}')
    t.strictSame(seen, [])
  })

  test('the page names its environment, and says how old it is; filter and order of the queues ' +
    'are in the address', async t => {
    const { page, ask, seen, visit } = await open(
      t, '#/?search=ma&sort=waiting', { PRESQUE_NAME: 'production' }
    )
    await ask('POST /q/mail', '{}')
    await ask('POST /qb/mars', '{"jobs":[{},{}]}')
    await ask('POST /q/other', '{}')
    await visit()
    await page.locator('.environment.failed').getByText('production').waitFor()
    await page.locator('.as-of').getByText(/^as of [0-3] s$/).waitFor()
    const names = page.locator('.queues tbody th a')
    await page.getByRole('link', { name: 'mars', exact: true }).waitFor()
    t.strictSame(await names.allInnerTexts(), ['mars', 'mail'])
    await button(page, 'Queue').click()
    await page.waitForFunction(() => location.hash === '#/?search=ma')
    t.strictSame(await names.allInnerTexts(), ['mail', 'mars'])
    await page.getByRole('searchbox').fill('')
    await page.getByRole('link', { name: 'other', exact: true }).waitFor()
    await ask('POST /q/a.b', '{}')
    await ask('POST /qb/a.c', '{"jobs":[{},{}]}')
    await button(page, 'As a tree').click()
    const branch = page.getByRole('row', { name: /a\. 2 queues/ })
    t.equal(await branch.locator('[data-label=waiting]').innerText(), '3')
    await branch.getByRole('button').click()
    await page.getByRole('link', { name: 'a.b', exact: true }).waitFor({ state: 'detached' })
    await page.getByRole('row', { name: /mars/ }).getByRole('link', { name: '2' }).click()
    await page.getByRole('tab', { name: 'Waiting 2', selected: true }).waitFor()
    t.strictSame(seen, [])
  })

  test('the page of a queue says what holds it up, and its parts are links', async t => {
    const { page, ask, seen, visit } = await open(t, '#/q/mail')
    await ask('POST /q/mail', '{}')
    await visit()
    const why = page.getByLabel('Why its jobs do not run')
    await why.getByText('No worker has asked this queue for a job yet; 1 job waits.').waitFor()
    await ask('PUT /schedule/nightly', '{"queue":"mail","every":600,"payload":{}}')
    await ask('PUT /schedule/weekly', '{"queue":"other","every":600,"payload":{}}')
    const parts = page.getByRole('navigation', { name: 'Parts of the queue' })
    await parts.getByRole('link', { name: 'Schedules' }).click()
    await page.getByRole('rowheader', { name: 'nightly' }).waitFor()
    t.equal(await page.getByRole('rowheader').count(), 1)
    t.match(page.url(), /#\/q\/mail\/schedules$/)
    t.strictSame(seen, [])
  })

  test('the audit tells who changed what, of a queue and of all, and needs the role manage',
    async t => {
      const { path, secrets } = tokenFile(
        t,
        { name: 'ann', roles: ['produce', 'consume', 'manage', 'read'], queues: ['*'] },
        { name: 'eyes', roles: ['read'], queues: ['*'] }
      )
      const config = { PRESQUE_TOKENS: path }
      const { page, ask, seen, visit } = await open(t, '#/q/mail/audit', config, secrets['ann'])
      await ask('POST /control/mail', '{"tries":5}')
      await ask('POST /control/mail', '{"status":"stop"}')
      await ask('POST /control/other', '{"tries":7}')
      await visit()
      const give = async (name: string) => {
        await page.getByLabel('Token').fill(secrets[name]!)
        await page.keyboard.press('Enter')
      }
      await give('ann')
      const rows = page.locator('.audit tbody tr')
      await rows.first().getByText('paused the queue').waitFor()
      t.equal(await rows.count(), 2)
      await rows.nth(1).getByText('changed the policy').waitFor()
      t.match(await rows.nth(1).innerText(), /ann[^]*tries: 25 → 5/)
      await visit('#/a')
      await rows.nth(2).waitFor()
      await rows.first().getByRole('link', { name: 'other' }).waitFor()
      await button(page, 'Forget token').click()
      await give('eyes')
      await page.getByText('does not have the role manage').waitFor()
      t.strictSame(seen, [])
    })
})
