import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { test } from 'tap'
import type * as Client from '../../../client/client.ts'
import { browserHere, faults, openBrowser } from '../../support/server/browser.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { listen } from '../../support/server/app.ts'

const skip =
  browserHere() === undefined ? 'there is no Chromium here: apt-get install chromium' : false

/** The client as one module, as a page loads it. */
async function bundle (): Promise<string> {
  const lib = {
    entry: fileURLToPath(new URL('../../../client/client.ts', import.meta.url)),
    formats: ['es' as const],
    fileName: 'presque'
  }
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    build: { lib, write: false, minify: false }
  })
  return (built as Array<{ output: Array<{ code: string }> }>)[0]!.output[0]!.code
}

test(
  'a page of another origin pushes, takes and acknowledges, and its worker works, ' +
    'with what CORS lets it read',
  { skip },
  async t => {
    const code = await bundle()
    const site = createServer((request, response) => {
      const script = request.url === '/presque.js'
      response
        .setHeader('content-type', script ? 'text/javascript' : 'text/html')
        .end(
          script
            ? code
            : '<script type="module">import * as client from "./presque.js"; ' +
              'window.client = client</script>'
        )
    }).listen(0, '127.0.0.1')
    await once(site, 'listening')
    const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
    t.teardown(() => {
      site.closeAllConnections()
      site.close()
    })
    const { app, url } = await listen(t, { PRESQUE_CORS_ORIGINS: origin })
    const browser = await openBrowser()
    t.teardown(async () => await browser.close())
    const page = await browser.newPage()
    const seen = faults(page)
    await page.goto(origin)
    const told = await page.evaluate(async url => {
      const { Presque, Worker } = (globalThis as unknown as { client: typeof Client }).client
      const presque = new Presque(url)
      const { id } = await presque.push('mail', { to: 'ann' })
      const job = await presque.take('mail', { lease: 30 })
      await presque.ack(job!, { sent: true })
      const refused = await presque.ack(job!).catch((error: Error) => error.message)
      // More at a time than a browser has connections.
      const worker = new Worker(presque, 'sum', ({ payload }) => payload.add + 1, {
        concurrency: 20
      })
      const { result } = await presque.push('sum', { add: 1 }, { wait: 30 })
      await worker.close()
      return {
        id,
        queue: job!.queue,
        attempt: job!.attempt,
        payload: job!.payload,
        refused,
        result
      }
    }, url)
    t.strictSame(told, {
      id: '1',
      queue: 'mail',
      attempt: 1,
      payload: { to: 'ann' },
      refused: 'no such job',
      result: 2
    })
    t.match(await queueStatus(app.redis, 'mail'), {
      processed: 1,
      counts: { waiting: 0, active: 0 }
    })
    t.strictSame(seen, [])
  }
)
