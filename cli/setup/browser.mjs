import { aptInstall, failure, isHere, mayInstall, say } from './shell.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/**
 * Installs a Chromium for the tests of the dashboard where that takes no question. Without one
 * those tests are skipped, and say so.
 */
export function provideBrowser () {
  if (process.env.CHROMIUM || NAMES.some(isHere)) return
  if (!mayInstall()) return say('no chromium here: the tests of the dashboard will be skipped')
  say('installing chromium with apt-get, for the tests of the dashboard')
  const { failed, output } = aptInstall('chromium')
  if (!failed) return
  const skipped = 'the tests of the dashboard will be skipped'
  say(failure(output, `apt-get could not install chromium: ${skipped}`).message)
}
