import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { test, type Test } from 'tap'
import { push } from '../../../operations/job/push.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { browserHere, openBrowser } from '../../support/server/browser.ts'
import { posts, takes } from '../../support/http/cross-site.ts'
import { listen } from '../../support/server/app.ts'

const skip =
  browserHere() === undefined ? 'there is no Chromium here: apt-get install chromium' : false

// All of them lead to this machine. To `presque.lan` Chromium says nothing of the page, as it is
// neither loopback nor TLS.
const names = ['evil.example', 'presque.lan', 'pages.presque.lan', 'rebound.example']
  .map(name => `MAP ${name} 127.0.0.1`)
  .join(', ')
const open = async (): Promise<Browser> =>
  await openBrowser(`--host-resolver-rules=${names}`, '--disable-features=LocalNetworkAccessChecks')

/** A site that answers any request with an empty page, or leads on to where its query says. */
async function site (t: Test): Promise<number> {
  const server = createServer(({ url = '' }, response) => {
    if (url.startsWith('/redirect?')) {
      response.writeHead(307, { location: decodeURIComponent(url.slice(10)) }).end()
    } else {
      response
        .setHeader('content-type', 'text/html')
        .end('<!doctype html><title>x</title><body></body>')
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

// In ms: how long a request is waited for that the browser may not send at all.
const settle = 1000

for (const [from, to, least] of [
  ['evil.example', '127.0.0.1', 20],
  ['evil.example', 'presque.lan', 20],
  ['pages.presque.lan', 'presque.lan', 20]
] as const) {
  test(
    `no page of ${from} takes a job of ${to}, or changes anything, whatever it makes Chromium do`,
    { skip, timeout: 180_000 },
    async t => {
      const { app, url } = await listen(t, { PRESQUE_HOSTS: 'presque.lan' })
      const browser = await open()
      t.teardown(async () => await browser.close())
      const seen = new Set<string>()
      app.server.on('request', ({ url = '' }) => {
        seen.add(url.split('/')[2]!)
      })
      const port = await site(t)
      const ways = [
        ...Object.entries(takes).map(([name, code]) => ({ name, code, end: '' })),
        ...Object.entries(posts).map(([name, code]) => ({ name, code, end: '/take' }))
      ]
      async function attack ({ name, code, end }: (typeof ways)[number], i: number): Promise<void> {
        const queue = `mail${i}`
        await push(app.redis, queue, [{ payload: '{}' }])
        const page = await browser.newPage()
        await page.goto(`http://${from}:${port}/`)
        const target = `${url.replace('127.0.0.1', to)}/q/${queue}${end}`
        await page.evaluate(`(url => { ${code} })(${JSON.stringify(target)})`).catch(() => {})
        for (
          const since = performance.now();
          !seen.has(queue) && performance.now() - since < settle;
        ) {
          await delay(20)
        }
        await page.close()
        const { counts, processed } = await queueStatus(app.redis, queue)
        t.match(
          { counts, processed },
          { counts: { waiting: 1, active: 0 }, processed: 0 },
          `${name}${end}`
        )
      }
      for (let i = 0; i < ways.length; i += 6) {
        await Promise.all(ways.slice(i, i + 6).map(async (way, n) => await attack(way, i + n)))
      }
      t.ok(seen.size >= least, `${seen.size} of ${ways.length} ways came to presque`)
    }
  )
}

test('a page whose name was made to lead to presque reads and takes nothing', { skip }, async t => {
  const { app, url } = await listen(t)
  const browser = await open()
  t.teardown(async () => await browser.close())
  await push(app.redis, 'private', [{ payload: '{"card":"4111"}' }])
  const page = await browser.newPage()
  const rebound = url.replace('127.0.0.1', 'rebound.example')
  await page.route(
    `${rebound}/page`,
    async route => await route.fulfill({ contentType: 'text/html', body: '<!doctype html>' })
  )
  await page.goto(`${rebound}/page`)
  const ask =
    'async ([method, path]) => { const answer = await fetch(path, { method }); ' +
      'return [answer.status, await answer.text()] }'
  for (const line of [
    'GET /q/private',
    'POST /q/private/take',
    'GET /status',
    'GET /j/private?state=waiting',
    'GET /openapi.json'
  ]) {
    const [status, text] = (await page.evaluate(
      `(${ask})(${JSON.stringify(line.split(' '))})`
    )) as [number, string]
    t.match([status, text], [403, /the host 'rebound\.example/], line)
  }
  t.match(await queueStatus(app.redis, 'private'), { counts: { waiting: 1 } })
})
