import { test, type Test } from 'tap'
import type { Config } from '../../../schemas/config.ts'
import { browserHere, openBrowser } from '../../support/server/browser.ts'
import { openDashboard } from '../../support/server/dashboard.ts'

/** What a test opens its page with. */
type Open = (
  t: Test,
  path?: string,
  config?: Partial<Config>,
  secret?: string
) => ReturnType<typeof openDashboard>

/** Declares tests that share a Chromium; where there is none, they are one that is skipped. */
export async function inBrowser (tests: (open: Open) => void): Promise<void> {
  if (browserHere() === undefined) {
    test(
      'in a browser',
      { skip: 'there is no Chromium here: apt-get install chromium' },
      async () => {}
    )
    return
  }
  const browser = await openBrowser()
  tests(
    async (t, path = '', config = {}, secret = undefined) =>
      await openDashboard(t, browser, path, config, secret)
  )
  test('the browser is put away', async () => await browser.close())
}
