import { randomBytes } from 'node:crypto'

const form = /^[\x21-\x7e]{1,128}$/
const most = 2 ** 31

// Of this process, so that no two processes give out the same.
const prefix = randomBytes(6).toString('base64url')
let count = 0

/** What a request is called in the log and in its answer: as its client says, if that is 1 to 128 printable characters. */
export function requestId (given: unknown): string {
  if (typeof given === 'string' && form.test(given)) return given
  count = (count + 1) % most
  return `${prefix}-${count.toString(36)}`
}
