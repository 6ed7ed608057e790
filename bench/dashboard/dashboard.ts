// The front page before 200 queues and a million jobs: when it is there, and the cost of keeping it
// true while jobs move in every queue.
import type { Browser, Page } from 'playwright-core'
import { push } from '../../operations/job/push.ts'
import type { RedisClient } from '../../operations/redis/store.ts'
import { take } from '../../operations/job/take.ts'
import { openBrowser } from '../../test/support/server/browser.ts'
import '../../test/support/server/built.ts'
import { fill } from '../setup.ts'
import { perform, quantile, type Figure, type Server } from '../stage.ts'

const names = Array.from({ length: 200 }, (_, n) => `queue-${n}`)
const each = 5000
const seconds = Number(process.argv[2] ?? 30)

async function cpuOf (redis: RedisClient): Promise<number> {
  const info = await redis.info('cpu')
  const [user, system] = ['user', 'sys'].map(name => {
    return Number(new RegExp(`^used_cpu_${name}:(.*)`, 'm').exec(info)![1])
  })
  return user! + system!
}

// Pushes and takes a hundred jobs a second, straight in Redis, so that the server works for the
// dashboard alone.
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
  return [0, 1].map(i => ((after[i]! - before[i]!) / seconds) * 100) as [number, number]
}

/** Times in ms since navigation began. */
interface Painted {
  rows: number
  largest: number
}

/** When all rows were there, and when the largest part was painted. */
async function paint (page: Page, url: string): Promise<Painted> {
  await page.goto(url)
  const isThere = (count: number) => {
    return document.querySelectorAll('.queues tbody tr').length >= count
  }
  await page.waitForFunction(isThere, names.length, { polling: 'raf' })
  return await page.evaluate(async () => {
    const rows = performance.now()
    const largest = await new Promise<number>(resolve => {
      const observer = new PerformanceObserver(list => {
        resolve(list.getEntries().at(-1)!.startTime)
      })
      observer.observe({ type: 'largest-contentful-paint', buffered: true })
    })
    return { rows, largest }
  })
}

await perform('The dashboard before 200 queues and 1 000 000 jobs', async ({ redis, serve }) => {
  for (const name of names) await fill(redis, name, each, n => ({ payload: `{"n":${n}}` }))
  const [server, browser] = [await serve(), await openBrowser()]
  const url = `http://127.0.0.1:${server.port}/`
  const figures = await firstPaint(browser, url)
  const end = traffic(redis)
  // The first pages make the server warm.
  for (const page of await open(browser, url, 5)) await page.close()
  let none = 0
  for (const count of [0, 1, 5]) {
    const pages = await open(browser, url, count)
    const [ours, theirs] = await cost(redis, server)
    if (count === 0) none = ours
    const most = count === 5 ? { most: Math.round((none + 2) * 100) / 100 } : {}
    figures.push(
      { what: `presque, ${count} open`, value: ours, unit: '% of a core', ...most },
      { what: `Redis, ${count} open, traffic included`, value: theirs, unit: '% of a core' }
    )
    for (const page of pages) await page.close()
  }
  end()
  await browser.close()
  await server.stop()
  return figures
})

async function firstPaint (browser: Browser, url: string): Promise<Figure[]> {
  const times: Painted[] = []
  for (let i = 0; i < 5; i++) {
    const page = await browser.newPage()
    times.push(await paint(page, url))
    await page.close()
  }
  const median = (part: keyof Painted) => quantile(times.map(time => time[part]), 0.5)
  return [
    { what: 'all rows there, median of 5', value: median('rows'), unit: 'ms', most: 1000 },
    {
      what: 'largest contentful paint, median of 5',
      value: median('largest'),
      unit: 'ms',
      most: 1000
    }
  ]
}

async function open (browser: Browser, url: string, count: number): Promise<Page[]> {
  const pages = await Promise.all(Array.from({ length: count }, () => browser.newPage()))
  for (const page of pages) await paint(page, url)
  return pages
}
