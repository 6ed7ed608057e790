import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const LINES_SHOWN = 20

/** Writes to stderr: stdout belongs to the program that runs afterwards. */
export function say (what) {
  console.error(`presque: ${what}`)
}

/** Runs a command to its end, and keeps its output. */
export function run (command, args, options = {}) {
  const usual = { encoding: 'utf8', maxBuffer: 2 ** 26 }
  const { status, stdout, stderr, error } = spawnSync(command, args, { ...usual, ...options })
  const output = [stdout, stderr, error?.message].map(text => text ?? '').join('')
  return { failed: status !== 0, output }
}

/** Shows the last lines of an output. Returns an error with the sentence on what they mean. */
export function failure (output, sentence) {
  console.error(output.trimEnd().split('\n').slice(-LINES_SHOWN).join('\n'))
  return new Error(sentence)
}

/** Whether the command is in the PATH. */
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

/** Installs a Debian package. Fetches the package lists only if that fails: it takes a while. */
export function aptInstall (name) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args) => run('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], { env })
  const install = () => apt('install', '-y', '--no-install-recommends', name)
  const first = install()
  if (!first.failed) return first
  apt('update')
  return install()
}
