import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const LINES_SHOWN = 20

/** On stderr, for stdout belongs to what is run afterwards. */
export function say (what) {
  console.error(`presque: ${what}`)
}

/** Runs it to its end in silence. */
export function run (command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 26, ...options })
  return { failed: status !== 0, output: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}` }
}

/** Shows what the command said last; the error has the sentence on what that means. */
export function failure (output, sentence) {
  console.error(output.trimEnd().split('\n').slice(-LINES_SHOWN).join('\n'))
  return new Error(sentence)
}

/** Whether the PATH has that command. */
export function isHere (command) {
  return (process.env.PATH ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Whether packages of the system can be installed without a question. */
export function mayInstall () {
  return isHere('apt-get') && process.getuid?.() === 0
}

/** Installs a Debian package. Package lists may be missing or too old; fetching them takes a while, so only then. */
export function aptInstall (name) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args) => run('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], { env })
  const install = () => apt('install', '-y', '--no-install-recommends', name)
  const first = install()
  if (!first.failed) return first
  apt('update')
  return install()
}
