import { mkdirSync } from 'node:fs'
import type { Test } from 'tap'
import { takeSamples } from '../../operations/queue/history.ts'
import { openBrowser } from '../../test/support/server/browser.ts'
import { openDashboard } from '../../test/support/server/dashboard.ts'

// Draws the pages of the dashboard at phone and desktop width, light and dark, into the folder
// given; with a second word only those with it in their name. docs/screenshots/ holds two of them.
const [, , folder = 'data/screenshots', word = ''] = process.argv
const endings: Array<() => unknown> = []
const t = { teardown: (end: () => unknown) => endings.unshift(end) } as unknown as Test
const browser = await openBrowser()
const { app, page, ask, fail, take, visit } = await openDashboard(t, browser, '')

const people = ['ann', 'ben', 'chloe', 'deniz', 'emma', 'finn', 'grace', 'hugo']
const queues = [
  {
    queue: 'invoice',
    waiting: 12,
    held: 1,
    payload: (n: number) => ({ order: 48_211 + n, total: `${19 + n * 3}.90`, currency: 'EUR' })
  },
  {
    queue: 'mail',
    waiting: 138,
    held: 4,
    payload: (n: number) => ({
      to: `${people[n % 8]}@example.org`,
      template: n % 3 === 0 ? 'receipt' : 'welcome',
      order: 48_211 + n
    })
  },
  {
    queue: 'report',
    waiting: 3,
    held: 1,
    payload: (n: number) => ({
      month: `2026-${String((n % 12) + 1).padStart(2, '0')}`,
      format: 'pdf'
    })
  },
  {
    queue: 'search-index',
    waiting: 64,
    held: 0,
    payload: (n: number) => ({ document: 9000 + n, action: 'update' })
  },
  {
    queue: 'thumbnail',
    waiting: 47,
    held: 3,
    payload: (n: number) => ({ image: `uploads/2026/11/${7312 + n}.jpg`, sizes: [160, 480, 1200] })
  },
  {
    queue: 'webhook:stripe',
    waiting: 21,
    held: 2,
    payload: (n: number) => ({
      event: 'charge.succeeded',
      charge: `ch_${48_211 + n}`,
      amount: 1900 + n
    })
  }
]

const backtrace = [
  'at Connection.send (smtp.js:211:13)',
  'at deliver (mailer.js:42:18)',
  'at work (worker.js:17:5)'
]
const timeout = {
  type: 'Timeout',
  message: 'no answer from smtp.example.org within 30 s',
  backtrace
}

// Failed jobs come first, so that the jobs that failed long ago have the smallest ids.
async function failures (): Promise<void> {
  for (let n = 0; n < 12; n++) {
    const message = `550 5.1.1 no such user: ${people[n % 8]}@example.org`
    const bounced = { type: 'SMTPError', message, backtrace }
    const error = n % 3 === 0 ? timeout : bounced
    await fail('mail', error, queues[1]!.payload(n), `mail-${(n % 2) + 1}`)
  }
  const broken = { type: 'ImageError', message: 'premature end of JPEG file' }
  for (let n = 0; n < 2; n++) await fail('thumbnail', broken, queues[4]!.payload(n), 'thumbnail-1')
}

// One queue whose jobs fail now, and are tried again.
async function outage (): Promise<void> {
  const error = { type: 'Timeout', message: 'payments-gw timed out after 30 s', backtrace }
  for (let n = 0; n < 18; n++) {
    await ask('POST /q/webhook:stripe', JSON.stringify(queues[5]!.payload(n)))
    const { id, receipt } = await take('webhook:stripe', `webhook-${(n % 3) + 1}`)
    await ask(`POST /j/webhook:stripe/${id}/nack?receipt=${receipt}`, JSON.stringify({ error }))
  }
}

async function jobs (): Promise<void> {
  for (const { queue, waiting, held, payload } of queues) {
    const name = queue.split(':')[0]!
    for (const n of [1, 2]) await ask(`POST /w/${queue}?worker_id=${name}-${n}`)
    const payloads = Array.from({ length: waiting + held }, (_, n) => payload(n))
    await ask(`POST /qb/${queue}`, JSON.stringify({ jobs: payloads }))
    await ask(`POST /q/${queue}?delay=5400`, JSON.stringify(payload(500)))
    for (let n = 0; n < held; n++) {
      await ask(`GET /q/${queue}?lease=600&worker_id=${name}-${(n % 2) + 1}`)
    }
  }
  await ask('POST /q/report?depends=1', '{"merge":"2026","format":"pdf"}')
  await ask('POST /control/search-index', '{"status":"stop","for":1800}')
}

async function recurring (): Promise<void> {
  const all = {
    nightly: {
      queue: 'report',
      cron: '30 4 * * *',
      tz: 'Europe/Berlin',
      payload: { report: 'daily' }
    },
    'first-of-month': {
      queue: 'invoice',
      cron: '0 6 1 * *',
      catchup: 'one',
      payload: { run: 'monthly' }
    },
    'check-mailbox': { queue: 'mail', every: 2, overlap: 'skip', payload: { check: 'bounces' } }
  }
  for (const [name, one] of Object.entries(all)) {
    await ask(`PUT /schedule/${name}`, JSON.stringify(one))
  }
}

// An hour as it might have been: jobs come in waves, and the last sample is the present.
async function past (): Promise<void> {
  const { queues: facts } = await app.summaries.latest()
  const now = Date.now() / 1000
  for (let minute = 60; minute >= 0; minute--) {
    const then = facts.map((one, k) => {
      const wave =
        1 +
        0.55 * Math.sin(minute / (6 + k)) * Math.min(1, minute / 12) +
        0.12 * Math.sin(minute * (2.3 + k))
      const waiting = Math.round(one.counts.waiting * wave)
      return {
        ...one,
        counts: { ...one.counts, waiting },
        pushed: Math.round(one.pushed - (minute * 130) / (k + 1) + 9 * Math.sin(minute)),
        oldest_age: (one.counts.waiting / 2) * wave,
        // The last queue is the one whose jobs fail.
        processed: k === 5 ? one.processed : Math.round(one.processed - (minute * 126) / (k + 1))
      }
    })
    const time = now - minute * 60
    await takeSamples(app.redis, { time, queues: then }, { now: time })
  }
}

await failures()
await outage()
await jobs()
await recurring()
await past()
mkdirSync(folder, { recursive: true })
const { errors } = await (await ask('GET /errors/mail')).json()

const pages = {
  all: '#/',
  queue: '#/q/mail',
  failed: '#/q/mail/failed',
  errors: '#/e',
  'errors-queue': '#/q/mail/errors',
  'errors-group': `#/q/mail/errors/${errors[0].fingerprint}`,
  retrying: '#/q/webhook%3Astripe/retrying',
  policy: '#/q/mail/policy',
  forecast: '#/q/mail/forecast',
  audit: '#/a',
  job: '#/q/mail/j/2',
  'job-retrying': '#/q/webhook%3Astripe/j/3',
  blocked: '#/q/report/blocked',
  workers: '#/w',
  schedules: '#/s',
  empty: '#/q/none'
}

async function draw (name: string, hash: string): Promise<void> {
  if (!name.includes(word)) return
  await visit(hash)
  for (let n = 0; n < 8; n++) {
    for (const [i, { queue, payload }] of queues.entries()) {
      if (n % (i + 1) === 0) await ask(`POST /q/${queue}`, JSON.stringify(payload(n)))
      if (queue !== 'search-index' && n % (i + 1) === 0) await ask(`GET /q/${queue}`)
    }
    await new Promise(resolve => setTimeout(resolve, 350))
  }
  await page.screenshot({ path: `${folder}/${name}.png` })
}

const sizes = {
  wide: { width: 1440, height: 900 },
  desktop: { width: 1200, height: 700 },
  tablet: { width: 768, height: 900 },
  phone: { width: 360, height: 780 }
}
for (const [size, viewport] of Object.entries(sizes)) {
  await page.setViewportSize(viewport)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const [name, hash] of Object.entries(pages)) {
      await draw(`${name}-${size}-${colorScheme}`, hash)
    }
  }
}
for (const end of endings) await end()
await browser.close()
