import { test } from 'tap'
import { push } from '../../../operations/job/push.ts'
import { takeSamples } from '../../../operations/queue/history.ts'
import { button, evil } from '../../support/server/dashboard.ts'
import { until } from '../../support/until.ts'
import { inBrowser } from './in-browser.ts'

// Jobs: added, looked at, found, retried, cancelled.
await inBrowser(open => {
  test('a job is added by hand, byte for byte, and looked at, edited and cancelled', async t => {
    const { page, counts, ask, seen, visit } = await open(t)
    await visit()
    await button(page, 'Add job').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Queue').fill('mail')
    await dialog.getByLabel(/Payload/).fill('{ "n": 12345678901234567890, "n": 1.0 }')
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('Job 1 is in mail').waitFor()
    t.equal(
      await (await ask('GET /status/mail?with_desc=1')).json().then(({ jobs }) => jobs[0]),
      '{ "n": 12345678901234567890, "n": 1.0 }'
    )
    await visit('#/q/mail/j/1')
    const payload = page.getByRole('region', { name: 'Payload' })
    await payload.getByText('12345678901234567890').waitFor()
    t.equal(
      await payload.locator('pre').textContent(),
      '{\n  "n": 12345678901234567890,\n  "n": 1.0\n}'
    )
    await payload.getByRole('button', { name: 'Raw' }).click()
    t.equal(await payload.locator('pre').textContent(), '{ "n": 12345678901234567890, "n": 1.0 }')
    t.match(await page.getByLabel('Why it is not running').textContent(), /worker/)
    await button(page, 'Edit and add again…').click()
    await dialog.getByLabel(/Payload/).fill('{"n":2}')
    await dialog.getByRole('button', { name: 'Add and cancel the old one' }).click()
    await page.getByText('Job 2 is in mail; job 1 is cancelled').waitFor()
    await page.getByText('This job is deleted').waitFor()
    await visit('#/q/mail/j/2')
    await button(page, 'Cancel job').click()
    await until('it is gone', async () => (await counts('mail')).waiting === 0)
    t.strictSame(seen, [])
  })

  test('jobs are paged, found by id and unique key, run now, and cancelled', async t => {
    const { page, counts, ask, seen, visit } = await open(t, '#/q/mail')
    await ask('POST /qb/mail', JSON.stringify({ jobs: Array(55).fill({}) }))
    await ask('POST /q/mail?uniq=ann&delay=600', '{"to":"ann"}')
    await visit()
    await page.getByText('1 to 50 of 55').waitFor()
    await button(page, 'Next').click()
    await page.getByText('51 to 55 of 55').waitFor()
    await page.getByRole('link', { name: '55', exact: true }).waitFor()
    t.equal(await page.getByRole('checkbox', { name: /Select job/ }).count(), 5)
    for (const [text, id] of [
      ['55', '55'],
      ['ann', '56']
    ]) {
      await page.getByRole('searchbox', { name: 'Search jobs' }).fill(text!)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: `Job ${id}` }).waitFor()
      await page.getByLabel('Where').getByRole('link', { name: 'mail' }).click()
    }
    await page.getByRole('tab', { name: 'Delayed' }).click()
    await button(page, 'Run now job 56').click()
    await until('it waits', async () => (await counts('mail')).waiting === 56)
    await page.getByRole('tab', { name: 'Waiting' }).click()
    await button(page, 'Cancel all…').click()
    await button(page, 'Cancel 56 jobs').click()
    await until('they are gone', async () => (await counts('mail')).waiting === 0)
    t.strictSame(seen, [])
  })

  test('a blocked job says what it waits for; ' +
    'progress and result are shown as they came', async t => {
    const { page, ask, take, seen, visit } = await open(t, '#/q/mail/blocked')
    await ask('POST /q/mail?keep=600', '{}')
    await visit()
    await button(page, 'Add job').click()
    await page.getByText('More', { exact: true }).click()
    const typed = {
      'Depends on jobs': '1',
      'Time to live': '500',
      'Keep completed': '60',
      'Unique key': 'ann'
    }
    for (const [label, value] of Object.entries(typed)) {
      await page.getByRole('dialog').getByLabel(label).fill(value)
    }
    await button(page, 'Add').click()
    await page.getByText('Job 2 is in mail').waitFor()
    await page.getByRole('tab', { name: 'Blocked 1' }).waitFor()
    await button(page, 'Add job').click()
    await page.getByText('More', { exact: true }).click()
    await page.getByRole('dialog').getByLabel('Unique key').fill('ann')
    await button(page, 'Add').click()
    await page.getByRole('alert').getByText('job already exists').waitFor()
    await page.getByLabel('On a duplicate key').selectOption('ignore')
    await button(page, 'Add').click()
    await page.getByText('Job 2 has that unique key already').waitFor()
    await page
      .getByRole('row', { name: 'Select job 2' })
      .getByRole('link', { name: '2', exact: true })
      .click()
    await page
      .getByLabel('Why it is not running')
      .getByText('It waits for job 1 to complete')
      .waitFor()
    await page.getByLabel('Facts').getByRole('link', { name: '1', exact: true }).click()
    await page.getByRole('heading', { name: 'Job 1' }).waitFor()
    const { id, receipt } = await take('mail')
    await ask(`POST /j/mail/${id}/touch?receipt=${receipt}`, '{"progress":{ "done": 1.0 }}')
    await page.getByRole('region', { name: 'Progress' }).getByText('"done": 1.0').waitFor()
    await ask(`POST /j/mail/${id}/ack?receipt=${receipt}`, '{ "sent": 1e2 }')
    await page.getByRole('region', { name: 'Result' }).getByText('"sent": 1e2').waitFor()
    const { headers } = await ask('GET /q/mail?lease=30')
    t.equal(headers.get('x-presque-job'), '2', 'what waited for it runs')
    await ask(`POST /j/mail/2/ack?receipt=${headers.get('x-presque-receipt')}`)
    t.match(
      await (await ask('GET /j/mail/2')).json(),
      { state: 'completed' },
      'and is kept as was typed'
    )
    t.strictSame(seen, [])
  })

  test('failed jobs are found, and retried or deleted: one, the selected, all', async t => {
    const { page, counts, fail, seen, visit } = await open(t, '#/q/mail/failed')
    for (let n = 0; n < 5; n++) await fail('mail', { type: 'SMTPError', message: `no ${n}` })
    for (let n = 0; n < 3; n++) await fail('mail', { type: 'Timeout', message: 'slow' })
    await visit()
    const failedBecomes = async (many: number) =>
      await until(`${many} are failed`, async () => (await counts('mail')).failed === many)
    await button(page, 'Retry job 8').click()
    await failedBecomes(7)
    const search = page.getByRole('searchbox', { name: 'Search jobs' })
    await search.fill('error:slow')
    await search.press('Enter')
    await page.getByText(/^2 found in \d of 7 jobs, that is all\.$/).waitFor()
    t.match(page.url(), /failed\?filter=error%3Aslow$/, 'the filter is in the address')
    await page.getByRole('checkbox', { name: 'Select job 7' }).waitFor()
    t.equal(await page.getByRole('checkbox', { name: /Select job/ }).count(), 2)
    await page.getByRole('checkbox', { name: 'Select job 7' }).check()
    await button(page, 'Delete selected…').click()
    await button(page, 'Delete 1 job').click()
    await failedBecomes(6)
    await page.getByRole('checkbox', { name: 'Select job 6' }).check()
    await button(page, 'Retry selected…').click()
    await button(page, 'Retry 1 job').click()
    await failedBecomes(5)
    await search.fill('')
    await button(page, 'Retry all…').click()
    await button(page, 'Retry 5 jobs').click()
    await failedBecomes(0)
    t.strictSame(seen, [])
  })

  test('a filter line is searched by the server in slices, with progress, and its actions are on ' +
    'all that match', async t => {
    const { page, app, ask, counts, seen, visit } = await open(t, '#/q/mail')
    const jobs = Array.from({ length: 3000 }, (_, n) => ({ payload: `{"order":${100_000 + n}}` }))
    await push(app.redis, 'mail', jobs)
    await ask('POST /q/mail?delay=900', '{"order":102500}')
    await visit()
    const search = page.getByRole('searchbox', { name: 'Search jobs' })
    const find = async (line: string) => {
      await search.fill(line)
      await search.press('Enter')
    }
    await find('text:10250')
    await page.getByText('10 found in 3,000 of 3,000 jobs, that is all.').waitFor()
    await page.getByRole('checkbox', { name: 'Select job 2501' }).waitFor()
    await find('order')
    await page.getByText(/^50 found in [\d,]+ of 3,000 jobs\.$/).waitFor()
    await button(page, 'Go on').click()
    await page.getByText(/^100 found in/).waitFor()
    await find('attempt:often')
    await page.getByRole('alert').getByText('attempt: takes a number').waitFor()
    await find('error:nope')
    await page.getByRole('alert').getByText('No error has “nope” in the name').waitFor()
    await find('state:delayed text:102500 age:<5m')
    await page.getByRole('tab', { name: 'Delayed 1', selected: true }).waitFor()
    await page.getByText('1 found in 1 of 1 jobs, that is all.').waitFor()
    await visit('#/q/mail?filter=text%3A1025')
    await button(page, 'Cancel all that match…').click()
    await button(page, 'Cancel 101 jobs').click()
    await page.getByText('101 jobs cancelled').waitFor()
    t.match(await counts('mail'), { waiting: 2899, delayed: 1 })
    t.strictSame(seen, [])
  })

  test('the timeline of a job tells each run: who ran it, for how long, and how it ended',
    async t => {
      const { page, ask, take, seen, visit } = await open(t, '#/q/mail/j/1')
      await ask('POST /control/mail', '{"backoff":{"base":1,"max":1}}')
      await ask('POST /q/mail?keep=600', '{"to":"ann\u202e","it":"\'s"}')
      const first = await take('mail', 'w1')
      const error = { type: 'Timeout', message: 'slow\u202e', backtrace: ['a', 'b'] }
      await ask(
        `POST /j/mail/1/nack?receipt=${first.receipt}`, JSON.stringify({ error, delay: 600 })
      )
      await visit()
      const timeline = page.getByRole('region', { name: 'Timeline' })
      await timeline.getByText('Added').waitFor()
      const run = timeline.getByRole('listitem').filter({ hasText: 'Run 1: failed' })
      await run.getByText('on w1').waitFor()
      await run.getByText('Timeout').waitFor()
      await run.getByText('U+202E').waitFor()
      await timeline.getByText('Retrying: backing off').waitFor()
      await page.getByRole('link', { name: '1 job like this' }).click()
      await page.getByRole('region', { name: 'Error', exact: true }).getByText('Timeout').first()
        .waitFor()
      await page.goBack()
      await button(page, 'Run now').click()
      await timeline.getByRole('listitem').filter({ hasText: /^Waiting/ }).waitFor()
      const second = await take('mail', 'w2')
      const running = timeline.getByRole('listitem').filter({ hasText: 'Run 2: running' })
      await running.getByText('on w2').waitFor()
      await timeline.getByText(/lease ends in \d+s/).waitFor()
      const progress = '{"progress":{"done":1,"total":4}}'
      await ask(`POST /j/mail/1/touch?receipt=${second.receipt}`, progress)
      const bar = page.getByRole('progressbar', { name: 'How far it is' })
      await bar.waitFor()
      t.equal(await bar.getAttribute('value'), '0.25')
      await ask(`POST /j/mail/1/ack?receipt=${second.receipt}`)
      await timeline.getByRole('listitem').filter({ hasText: 'Run 2: completed' }).waitFor()
      await page.getByText('As curl').click()
      const curl = await page.getByLabel('The request as curl').innerText()
      t.match(curl, /^curl 'http:.*\/q\/mail\?tries=25' -H .* --data-binary '.*'\\''s"}'$/)
      t.notMatch(await page.locator('main').innerText(), /\u202e/, 'controls are not obeyed')
      t.strictSame(seen, [])
    })

  test('a job that waits says how many are ahead, and when it is likely to be taken', async t => {
    const { page, app, ask, seen, visit } = await open(t, '#/q/mail/j/300')
    await ask('POST /qb/mail', JSON.stringify({ jobs: Array(300).fill({}) }))
    const { time, queues } = await app.summaries.latest()
    for (let ago = 10; ago >= 1; ago--) {
      const at = time - ago * 60
      const processed = 600 - ago * 60
      const then = { time: at, queues: [{ ...queues[0]!, processed }] }
      await takeSamples(app.redis, then, { now: at })
    }
    await ask('GET /qb/mail?batch_size=10')
    await visit()
    const why = page.getByLabel('Why it is not running')
    await why.getByText('289 jobs are ahead of it').waitFor()
    await why.getByText(/It is likely to be taken in \d/).waitFor()
    t.strictSame(seen, [])
  })

  test('what workers, payloads and errors say is text, never markup or a program', async t => {
    const { page, ask, fail, seen, visit } = await open(t)
    const worker = '<img/src=x/onerror=alert(3)>'
    await ask(`POST /w/e.v-il:@?worker_id=${encodeURIComponent(worker)}`)
    await fail('e.v-il:@', { type: evil, message: evil, backtrace: evil })
    await ask('POST /q/e.v-il:@', JSON.stringify({ [evil]: evil }))
    await ask(`GET /q/e.v-il:@?lease=60&worker_id=${encodeURIComponent(worker)}`)
    for (const hash of [
      '#/',
      '#/q/e.v-il%3A%40/failed',
      '#/q/e.v-il%3A%40/active',
      '#/q/e.v-il%3A%40/j/1',
      '#/q/e.v-il%3A%40/j/2',
      '#/w',
      `#/q/${encodeURIComponent(evil)}`
    ]) {
      await visit(hash)
      await page.getByText('Live', { exact: true }).waitFor()
      t.equal(await page.locator('img, main script').count(), 0, hash)
    }
    await visit('#/w')
    await page.getByText(worker).waitFor()
    await page.getByRole('link', { name: /e\.v-il:@ 2/ }).waitFor()
    await visit('#/q/e.v-il%3A%40/j/1')
    await page.getByLabel('Backtrace').getByText(evil).waitFor()
    t.strictSame(seen, [])
  })
})
