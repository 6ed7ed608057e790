import { test } from 'tap'
import { browserHere, buildDashboard, openBrowser } from '../fixtures/browser.ts'
import { openDashboard, type Open } from '../fixtures/dashboard.ts'
import { jobPages } from './job.ts'
import { queuePages } from './queue.ts'
import { schedulePages } from './schedule.ts'
import { visits } from './visitor.ts'

if (browserHere() === undefined) test('the dashboard in a browser', { skip: 'there is no Chromium here: apt-get install chromium' }, async () => {})
else await inBrowser()

// One build and one browser for all.
async function inBrowser (): Promise<void> {
  const [{ web, remove }, browser] = [buildDashboard(), await openBrowser()]
  const open: Open = async (t, path = '', config = {}, secret = undefined) => await openDashboard(t, browser, web, path, config, secret)
  for (const pages of [queuePages, jobPages, schedulePages, visits]) pages(open)
  test('the browser and what was built for it are put away', async () => {
    await browser.close()
    remove()
  })
}
