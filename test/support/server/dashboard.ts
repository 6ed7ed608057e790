import type { Browser, Page } from 'playwright-core'
import type { Test } from 'tap'
import type { Config } from '../../../schemas/config.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { listen, patient } from './app.ts'
import { faults } from './browser.ts'
import { json } from '../http/http-client.ts'
import { shipped } from './built.ts'
import { bearer } from '../http/tokens.ts'

/** What would do harm if it were taken for markup. */
export const evil = '"><img src=x onerror=alert(1)><script>alert(2)</script>'

/** A page of the dashboard of a presque of this test alone; `visit()` goes there. */
export async function openDashboard (
  t: Test,
  browser: Browser,
  path: string,
  config: Partial<Config> = {},
  secret?: string
) {
  const { app, url } = await listen(t, config, { ...patient, web: shipped('web') })
  const page = await browser.newPage()
  const seen = faults(page)
  page.setDefaultTimeout(20_000)
  t.teardown(async () => await page.close())
  const ask = async (line: string, body?: string) => {
    const [method, path] = line.split(' ') as [string, string]
    return await fetch(`${url}${path}`, {
      method,
      headers: { ...json, ...bearer(secret) },
      ...(body !== undefined && { body })
    })
  }
  const take = async (queue: string, worker = '') => {
    const { headers } = await ask(`GET /q/${queue}?lease=30${worker && `&worker_id=${worker}`}`)
    return { id: headers.get('x-presque-job'), receipt: headers.get('x-presque-receipt') }
  }
  const fail = async (
    queue: string,
    error: object,
    payload: object = { x: evil },
    worker = '<b>w1</b>'
  ) => {
    await ask(`POST /q/${queue}`, JSON.stringify(payload))
    const { id, receipt } = await take(queue, worker)
    await ask(
      `POST /j/${queue}/${id}/nack?receipt=${receipt}`,
      JSON.stringify({ error, retry: false })
    )
  }
  const counts = async (queue: string) => (await queueStatus(app.redis, queue)).counts
  return {
    app,
    url,
    page,
    seen,
    ask,
    take,
    fail,
    counts,
    visit: async (hash = path) => await page.goto(`${url}/${hash}`)
  }
}

export const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' })
