import type { Page } from 'playwright-core'
import { test } from 'tap'
import { push } from '../../../operations/job/push.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import { tokenFile } from '../../support/http/tokens.ts'
import { inBrowser } from './in-browser.ts'

async function pushToEach (redis: RedisClient, names: string[]): Promise<void> {
  for (let i = 0; i < names.length; i += 100) {
    await Promise.all(
      names.slice(i, i + 100).map(async name => await push(redis, name, [{ payload: '{}' }]))
    )
  }
}

/** The paths that the page asks of `/summary` and `/history`, in order. */
function asks (page: Page): string[] {
  const paths: string[] = []
  page.on('request', request => {
    const { pathname, search } = new URL(request.url())
    if (/^\/(summary|history)$/.test(pathname)) paths.push(pathname + search)
  })
  return paths
}

// The front page where there are very many queues.
await inBrowser(open => {
  test('of very many queues each is found: on its page, and by a part of its name', async t => {
    const { page, app, ask, seen, visit } = await open(t)
    const names = Array.from({ length: 700 }, (_, n) => `queue-${String(n).padStart(4, '0')}`)
    await pushToEach(app.redis, [...names, 'Needle'])
    const queue = (name: string) => page.getByRole('link', { name, exact: true })
    await visit()
    const pages = page.getByRole('navigation', { name: 'Pages of queues' })
    await pages.getByText('1 to 250 of 701').waitFor()
    await page.getByText('are of this page only').waitFor()
    await queue('Needle').waitFor()
    await pages.getByRole('button', { name: 'Next' }).click()
    await pages.getByText('251 to 500 of 701').waitFor()
    await queue('queue-0300').waitFor()
    t.equal(await queue('Needle').count(), 0)
    await pages.getByRole('button', { name: 'Next' }).click()
    await pages.getByText('501 to 701 of 701').waitFor()
    await queue('queue-0699').waitFor()
    t.ok(await pages.getByRole('button', { name: 'Next' }).isDisabled())
    await pages.getByRole('button', { name: 'Back' }).click()
    await pages.getByText('251 to 500 of 701').waitFor()
    const search = page.getByRole('searchbox', { name: 'Filter queues by name' })
    await search.fill('QUEUE-069')
    await queue('queue-0699').waitFor()
    t.equal(await page.locator('table.queues tbody tr').count(), 10)
    t.equal(await pages.count(), 0, 'ten are no pages')
    await ask('POST /q/queue-0699', '{}')
    const row = page.getByRole('row', { name: /queue-0699/ })
    await row.getByRole('cell', { name: '2', exact: true }).first().waitFor()
    await search.fill('no such')
    await page.getByText('No queue name contains that').waitFor()
    t.strictSame(seen, [])
  })

  test('the page of a queue asks for that queue alone, and hears of it, ' +
    'wherever it stands among very many', async t => {
    const { page, app, ask, seen, visit } = await open(t)
    await pushToEach(
      app.redis,
      Array.from({ length: 320 }, (_, n) => `queue-${String(n).padStart(4, '0')}`)
    )
    const paths = asks(page)
    await visit('#/q/queue-0319')
    await page
      .getByRole('tab', { name: /Waiting/ })
      .filter({ hasText: '1' })
      .waitFor()
    await ask('POST /q/queue-0319', '{}')
    await page
      .getByRole('tab', { name: /Waiting/ })
      .filter({ hasText: '2' })
      .waitFor()
    t.ok(
      paths.length > 0 && paths.every(path => path.includes('?queue=queue-0319')),
      paths.join(' ')
    )
    await visit('#/w')
    await page.getByRole('heading', { name: 'Workers' }).waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    t.equal(paths.at(-1), '/summary?limit=0', 'the page of workers needs no queue')
    t.strictSame(seen, [])
  })

  test('what the front page asks for is less than 100 kB, however long the names and however ' +
    'many the queues', async t => {
    const { page, app, url, seen, visit } = await open(t)
    await pushToEach(
      app.redis,
      Array.from({ length: 320 }, (_, n) => `${'q'.repeat(124)}${String(n).padStart(4, '0')}`)
    )
    const paths = asks(page)
    await visit()
    await page.getByText('1 to 250 of 320').waitFor()
    for (const path of paths) {
      const { length } = await (await fetch(url + path)).text()
      t.ok(length < 100_000, `${path}: ${length} bytes`)
    }
    t.strictSame(seen, [])
  })

  test('a token that is for few of very many queues sees those alone, ' +
    'and how many they are', async t => {
    const { path, secrets } = tokenFile(t, { name: 'eyes', roles: ['read'], queues: ['mail*'] })
    const { page, app, seen, visit } = await open(t, '', { PRESQUE_TOKENS: path })
    await pushToEach(app.redis, [
      ...Array.from({ length: 320 }, (_, n) => `a-${n}`),
      'mail-1',
      'mail-2'
    ])
    await visit()
    await page.getByLabel('Token').fill(secrets['eyes']!)
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'mail-2', exact: true }).waitFor()
    await page.getByRole('heading', { name: 'Queues 2', exact: true }).waitFor()
    await visit('#/q/a-1')
    await page.getByRole('alert').getByText('may not read a-1').waitFor()
    t.equal(await page.getByLabel('Token').count(), 0, 'it is not asked for another')
    t.strictSame(seen, [])
  })
})
