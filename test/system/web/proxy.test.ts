import { createServer, request } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test, type Test } from 'tap'
import { button } from '../../support/server/dashboard.ts'
import { inBrowser } from './in-browser.ts'

/** A proxy that serves a server below /ops/queue/ alone. Returns its address. */
async function proxyOf (t: Test, url: string): Promise<string> {
  const proxy = createServer((incoming, answer) => {
    if (!incoming.url!.startsWith('/ops/queue/')) return answer.writeHead(404).end()
    const { method, headers } = incoming
    const path = incoming.url!.slice('/ops/queue'.length)
    const onward = request(url + path, { method, headers }, from => {
      answer.writeHead(from.statusCode!, from.headers)
      from.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    answer.on('close', () => onward.destroy())
    incoming.pipe(onward)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  t.teardown(() => {
    proxy.close()
    proxy.closeAllConnections()
  })
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/ops/queue/`
}

// What stands between the browser and the server.
await inBrowser(open => {
  test('the pages work below a path that a proxy takes away, ' +
    'and Ctrl-K pauses and resumes', async t => {
    const { page, url, ask, seen } = await open(t)
    await ask('POST /q/mail', '{}')
    const below = await proxyOf(t, url)
    const missed: string[] = []
    page.on('response', answer => {
      if (!answer.url().startsWith(below)) missed.push(answer.url())
    })
    await page.goto(below)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'mail', exact: true }).click()
    await page.getByRole('checkbox', { name: 'Select job 1' }).waitFor()
    const choose = async (typed: string) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog').getByRole('combobox').fill(typed)
      await page.getByText('1 found.').waitFor()
      await page.keyboard.press('Enter')
    }
    await choose('pause')
    await page.getByText('mail is paused; running jobs end as they are').waitFor()
    t.equal((await (await ask('GET /status/mail')).json()).policy.stopped, true)
    await button(page, 'Resume').waitFor()
    await choose('resume')
    await page.getByText('mail is resumed').waitFor()
    t.equal((await (await ask('GET /status/mail')).json()).policy.stopped, false)
    await choose('show times')
    await page.getByRole('link', { name: 'API' }).click()
    await page.getByRole('heading', { name: /presque/ }).waitFor()
    t.equal(page.url(), `${below}docs/`)
    t.strictSame(missed, [])
    t.strictSame(seen, [])
  })
})
