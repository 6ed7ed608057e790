import { aptInstall, failure, isHere, mayInstall, say } from './shell.mjs'

const LEFT_OUT = 'the linter leaves lua/ out'

/**
 * Installs luacheck, which lints the scripts, where that takes no question. Without it the linter
 * leaves them out, and says so.
 */
export function provideLuacheck () {
  if (isHere('luacheck')) return
  if (!mayInstall()) return say(`there is no luacheck here: ${LEFT_OUT}`)
  say('installing lua-check with apt-get, to lint the scripts')
  const { failed, output } = aptInstall('lua-check')
  if (failed) say(failure(output, `apt-get could not install lua-check: ${LEFT_OUT}`).message)
}
