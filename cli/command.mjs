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
