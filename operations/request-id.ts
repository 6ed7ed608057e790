import { randomBytes } from 'node:crypto'

const form = /^[\x21-\x7e]{1,128}$/
const countLimit = 2 ** 31

// Of this process, so that no two processes use one id.
const prefix = randomBytes(6).toString('base64url')
let count = 0

/**
 * The id of a request in the log and in its answer: the one that its client gives, if that is 1 to
 * 128 printable characters.
 */
export function requestId (given: unknown): string {
  if (typeof given === 'string' && form.test(given)) return given
  count = (count + 1) % countLimit
  return `${prefix}-${count.toString(36)}`
}
