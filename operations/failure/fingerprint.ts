import { createHash } from 'node:crypto'
import { memberText } from '../json-text.ts'

// A longer message is compared by its beginning.
const most = 2000

/**
 * The fingerprint of an error: 12 hexadecimal digits. It is that of the worker (`fingerprint`), or
 * else that of the type and the message without their numbers, quoted words and ids. `error` is
 * JSON text, undefined where the worker told none.
 */
export function fingerprintOf (error: string | undefined): string {
  const own = textOf(error, 'fingerprint')
  if (own !== '') return digest(`own ${own}`)
  return digest(`${textOf(error, 'type')}\n${withoutNames(textOf(error, 'message'))}`)
}

function textOf (error: string | undefined, name: string): string {
  const text = error === undefined ? undefined : memberText(error, name)
  return text?.startsWith('"') === true ? JSON.parse(text) : ''
}

function digest (text: string): string {
  return createHash('sha1').update(text).digest('hex').slice(0, 12)
}

const quoted = /(?<!\w)(["'`])[^\n]{0,300}?\1(?!\w)/g
const uuid = /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi
const address = /[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}/g
const hex = /\b[0-9a-f]{8,}\b/gi
const withDigit = /\w*\d\w*/g
const many = /#(?:[.,:/\s-]*#)+/g

/** A message without what differs from one failure to the next of the same kind. */
export function withoutNames (message: string): string {
  return message
    .slice(0, most)
    .replace(quoted, '#')
    .replace(uuid, '#')
    .replace(address, '#')
    .replace(hex, '#')
    .replace(withDigit, '#')
    .replace(many, '#')
    .replace(/\s+/g, ' ')
    .trim()
}
