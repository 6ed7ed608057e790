import { test } from 'tap'
import { push } from '../../../operations/job/push.ts'
import { button } from '../../support/server/dashboard.ts'
import { tokenFile } from '../../support/http/tokens.ts'
import { inBrowser } from './in-browser.ts'

// Visitors with a token, on a phone, by keyboard alone, or who prefer less motion.
await inBrowser(open => {
  test('a token is asked for, refused in words, kept for this tab alone and out of every URL; ' +
    'with one that only reads nothing can be changed', async t => {
    const { path, secrets } = tokenFile(
      t,
      { name: 'all', roles: ['produce', 'consume', 'manage', 'read'], queues: ['*'] },
      { name: 'eyes', roles: ['read'], queues: ['mail*'] },
      { name: 'hands', roles: ['produce'], queues: ['*'] }
    )
    const { page, ask, counts, seen, visit } = await open(
      t,
      '',
      { PRESQUE_TOKENS: path },
      secrets['all']
    )
    const urls: string[] = []
    const changes: string[] = []
    page.on('request', request => {
      urls.push(request.url())
      if (request.method() !== 'GET') changes.push(request.method())
    })
    await ask('POST /q/mail', '{}')
    await ask('POST /q/hidden', '{}')
    await visit()
    const give = async (secret: string) => {
      await page.getByLabel('Token').fill(secret)
      await page.keyboard.press('Enter')
    }
    await give('no-such-token')
    await page.getByRole('alert').getByText('The server does not know this token').waitFor()
    await give(secrets['hands']!)
    await page.getByRole('alert').getByText('does not have the role read: it has produce').waitFor()
    await give(secrets['eyes']!)
    await page.getByText('eyes · read-only').waitFor()
    await page.getByRole('link', { name: 'mail', exact: true }).waitFor()
    t.equal(await page.getByRole('link', { name: 'hidden' }).count(), 0, 'nor sees it other queues')
    await ask('POST /q/mail', '{}')
    await page
      .getByRole('row', { name: /mail/ })
      .getByRole('cell', { name: '2', exact: true })
      .waitFor()
    await button(page, 'Add job').press('Enter')
    await page.getByRole('alert').getByText('does not have the role produce').waitFor()
    await page.getByRole('link', { name: 'mail', exact: true }).click()
    for (const name of ['Pause…', 'Purge…', 'Cancel job 1', 'Cancel all…']) {
      await button(page, name).press('Enter')
    }
    await page.getByRole('alert').getByText('does not have the role manage').first().waitFor()
    t.strictSame(
      [await page.getByRole('dialog').count(), changes, (await counts('mail')).waiting],
      [0, [], 2]
    )
    t.strictSame(
      await page.evaluate(() => [
        Object.values(sessionStorage).length,
        JSON.stringify(localStorage),
        document.cookie
      ]),
      [1, '{}', '']
    )
    t.notOk(
      urls.some(url => Object.values(secrets).some(secret => url.includes(secret))),
      'no URL holds a token'
    )
    await button(page, 'Forget token').click()
    await page.getByLabel('Token').waitFor()
    t.equal(await page.evaluate(() => sessionStorage.length), 0)
    t.strictSame(seen, [])
  })

  test('a token that is withdrawn while the page is open is asked for again, ' +
    'and nothing is shown any longer', async t => {
    const ann = { name: 'ann', roles: ['read' as const], queues: ['*'] }
    const { path, secrets, rewrite } = tokenFile(t, ann)
    const { page, app, seen, visit } = await open(t, '', { PRESQUE_TOKENS: path })
    await push(app.redis, 'mail', [{ payload: '{}' }])
    await visit()
    const give = async () => {
      await page.getByLabel('Token').fill(secrets['ann']!)
      await page.keyboard.press('Enter')
    }
    await give()
    await page.getByRole('link', { name: 'mail', exact: true }).waitFor()
    rewrite({ ...ann, queues: ['post'] })
    await page.getByRole('alert').getByText('does not know this token, or no longer').waitFor()
    t.equal(await page.getByRole('link', { name: 'mail' }).count(), 0)
    await give()
    await page.getByText('No queue has been used yet').waitFor()
    t.strictSame(seen, [])
  })

  test('what has the focus is seen to have it, ' +
    'and nothing moves for who wants less motion', async t => {
    const { page, ask, seen, visit } = await open(t)
    await ask('POST /q/mail', '{}')
    const beats = async () =>
      await page
        .locator('.connection.live')
        .evaluate(element => getComputedStyle(element, '::before').animationName)
    for (const hash of ['#/', '#/q/mail', '#/q/mail/j/1', '#/s']) {
      await visit(hash)
      await page.locator('main button.main, main button.danger').first().waitFor()
      const unseen = new Set<string>()
      for (let n = 0; n < 25; n++) {
        await page.keyboard.press('Tab')
        const [name, outline] = await page.evaluate(() => [
          document.activeElement!.outerHTML.slice(0, 80),
          getComputedStyle(document.activeElement!).outlineStyle
        ])
        if (outline === 'none' && !name!.startsWith('<body')) unseen.add(name!)
      }
      t.strictSame([...unseen], [], hash)
    }
    t.equal(await beats(), 'beat')
    await page.emulateMedia({ reducedMotion: 'reduce' })
    t.equal(await beats(), 'none')
    t.strictSame(seen, [])
  })

  test('a dialog that is opened before the frame in which the one before it closes stays open',
    async t => {
      const { page, seen, visit } = await open(t)
      await visit()
      await button(page, 'Add job').click()
      await page.getByRole('dialog').waitFor()
      await page.evaluate(async () => {
        const opener = document.querySelector<HTMLElement>('.title button')!
        const dialog = document.querySelector('dialog')!
        await new Promise(requestAnimationFrame)
        dialog.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
        await Promise.resolve()
        opener.click()
        await new Promise(requestAnimationFrame)
        await new Promise(requestAnimationFrame)
      })
      t.equal(await page.locator('dialog[open]').count(), 1)
      t.strictSame(seen, [])
    })

  test('on a phone and by keyboard alone: nothing is cut off, and a dialog keeps the focus, ' +
    'closes with Escape and gives it back', async t => {
    const { page, ask, fail, seen, visit } = await open(t)
    await page.setViewportSize({ width: 360, height: 740 })
    await fail(`long-${'x'.repeat(80)}`, { type: 'Timeout', message: 'y'.repeat(300) })
    await ask('POST /w/mail?worker_id=w1')
    await ask(
      `PUT /schedule/${'s'.repeat(128)}`,
      `{"queue":"long-${'x'.repeat(80)}","every":600,"payload":{}}`
    )
    const long = `#/q/long-${'x'.repeat(80)}`
    const pages = ['#/', '#/w', '#/s', '#/e', '#/f', '#/a', '#/o']
    for (const hash of [...pages, long, `${long}/failed`, `${long}/j/1`]) {
      await visit(hash)
      await page.getByText('Live', { exact: true }).waitFor({ state: 'attached' })
      await page.locator('main h1').waitFor()
      t.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360, `${hash} fits`)
    }
    await visit('#/')
    await button(page, 'Add job').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    for (let n = 0; n < 12; n++) {
      await page.keyboard.press('Tab')
      t.ok(
        await page.evaluate(
          () =>
            document.activeElement === document.body ||
            document.activeElement!.closest('dialog') !== null
        ),
        'the focus stays'
      )
    }
    for (const [label, value] of [
      ['Queue', 'mail'],
      [/Payload/, '{"n":1}']
    ] as const) {
      await page.getByRole('dialog').getByLabel(label).fill(value)
    }
    await page.getByText('More', { exact: true }).press('Enter')
    for (const [label, value] of [
      ['Delay', '600'],
      ['Priority', '2'],
      ['Tries', '4'],
      ['Unique key', 'ann']
    ] as const) {
      await page.getByRole('dialog').getByLabel(label).fill(value)
    }
    await button(page, 'Add').press('Enter')
    await page.getByText('Job 1 is in mail').waitFor()
    await page.waitForFunction(() => document.activeElement!.textContent === 'Add job')
    t.match(await (await ask('GET /j/mail/1')).json(), { state: 'delayed', priority: 2, tries: 4 })
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.waitForFunction(() => document.activeElement!.textContent === 'Add job')
    t.equal(await page.getByRole('dialog').count(), 0)
    t.strictSame(seen, [])
  })
})
