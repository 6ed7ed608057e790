import type { Page } from 'playwright-core'
import { push } from '../operations/job/push.ts'
import type { RedisClient } from '../operations/redis/store.ts'
import { take } from '../operations/job/take.ts'
import { openBrowser } from '../test/fixtures/browser.ts'
import '../test/fixtures/shipped.ts'
import { fill } from './setup.ts'
import { perform, quantile, type Figure, type Server } from './stage.ts'

// The front page before 200 queues and a million jobs: when it is there, and what it costs to keep it true while jobs move in every queue.
const names = Array.from({ length: 200 }, (_, n) => `queue-${n}`)
const each = 5000
const seconds = Number(process.argv[2] ?? 30)

async function cpuOf (redis: RedisClient): Promise<number> {
  const info = await redis.info('cpu')
  return ['used_cpu_user', 'used_cpu_sys'].reduce((sum, name) => sum + Number(new RegExp(`^${name}:(.*)`, 'm').exec(info)![1]), 0)
}

// Straight into Redis, so that all the server does is for who looks. Jobs are put in and taken, a hundred of each a second.
function traffic (redis: RedisClient): () => void {
  let n = 0
  const timer = setInterval(() => {
    void push(redis, names[n++ % names.length]!, [{ payload: '{"n":1}' }])
    void take(redis, names[(n + 50) % names.length]!)
  }, 10)
  return () => clearInterval(timer)
}

/** Shares of a core, in percent: of the server, and of Redis. */
async function cost (redis: RedisClient, server: Server): Promise<[number, number]> {
  const before = [(await server.probe()).cpu / 1000, await cpuOf(redis)]
  await new Promise(resolve => setTimeout(resolve, seconds * 1000))
  const after = [(await server.probe()).cpu / 1000, await cpuOf(redis)]
  return [0, 1].map(i => (after[i]! - before[i]!) / seconds * 100) as [number, number]
}

/** In ms since navigation began: when all rows were there, and when the largest part was painted. */
async function paint (page: Page, url: string): Promise<[number, number]> {
  await page.goto(url)
  await page.waitForFunction(count => document.querySelectorAll('.queues tbody tr').length >= count, names.length, { polling: 'raf' })
  return await page.evaluate(async () => [performance.now(), await new Promise<number>(resolve => {
    new PerformanceObserver(list => resolve(list.getEntries().at(-1)!.startTime)).observe({ type: 'largest-contentful-paint', buffered: true })
  })] as [number, number])
}

await perform('The dashboard before 200 queues and 1 000 000 jobs', async ({ redis, serve }) => {
  for (const name of names) await fill(redis, name, each, n => ({ payload: `{"n":${n}}` }))
  const [server, browser] = [await serve(), await openBrowser()]
  const url = `http://127.0.0.1:${server.port}/`
  const figures: Figure[] = []
  const times: Array<[number, number]> = []
  for (let i = 0; i < 5; i++) {
    const page = await browser.newPage()
    times.push(await paint(page, url))
    await page.close()
  }
  figures.push({ what: 'all rows there, median of 5', value: quantile(times.map(([rows]) => rows), 0.5), unit: 'ms', most: 1000 })
  figures.push({ what: 'largest contentful paint, median of 5', value: quantile(times.map(([, largest]) => largest), 0.5), unit: 'ms', most: 1000 })
  const end = traffic(redis)
  for (const open of [0, 1, 5]) {
    const pages = await Promise.all(Array.from({ length: open }, async () => await browser.newPage()))
    for (const page of pages) await paint(page, url)
    const [ours, theirs] = await cost(redis, server)
    figures.push({ what: `presque, ${open} open`, value: ours, unit: '% of a core', ...(open > 0 && { most: 5 }) }, { what: `Redis, ${open} open, traffic included`, value: theirs, unit: '% of a core' })
    for (const page of pages) await page.close()
  }
  end()
  await browser.close()
  await server.stop()
  return figures
})
