import type { ListedState } from '../../schemas/job.ts'
import { errors } from '../errors.ts'

export type Order = 'asc' | 'desc'

/**
 * Where a list goes on.
 * - `start`: how the queue stood when the list began
 * - `position`: behind the last job that was looked at
 */
export interface Cursor { start: string, position: string }

const score = String.raw`\d{1,20}(?:\.\d{1,20})?(?:e\+?\d{1,3})?`
const sorted = String.raw`${score} [a-p]\d{1,16}`
const entry = String.raw`\d{1,16}(?::\d{1,16})?`
const entries = String.raw`(?:-|${entry}(?:,${entry}){0,9})`
const cut = String.raw`\d{1,15} ${entries} ${entries}`
const middle = String.raw`(?:[-.]|\d{1,16})/(?:[-.]|${cut})`

/** The forms of a position, see lua/WIRE.md. */
const forms = {
  waiting: new RegExp(`^(?:[14](?: ${sorted})?|2(?: ${cut})?|3(?: ${middle})?)$`),
  active: /^\d{1,16}$/,
  others: new RegExp(`^${sorted}$`)
}

/** The text of a cursor, for clients to send back as it is. */
export function cursorText (state: ListedState, order: Order, cursor: Cursor): string {
  const text = [state, order, cursor.start, cursor.position].join(' ')
  return Buffer.from(text).toString('base64url')
}

/** Reads a cursor. '' is the beginning. Rejects with AFTER_INVALID one of another list. */
export function readCursor (state: ListedState, order: Order, text: string): Cursor {
  if (text === '') return { start: '', position: '' }
  const decoded = Buffer.from(text, 'base64url').toString('latin1')
  const isWhole = Buffer.from(decoded, 'latin1').toString('base64url') === text
  const [ofState, ofOrder, at, last, ...rest] = decoded.split(' ')
  const start = `${at} ${last}`
  const position = rest.join(' ')
  const form = state === 'waiting' || state === 'active' ? forms[state] : forms.others
  const isOurs = isWhole && ofState === state && ofOrder === order
  if (isOurs && /^\d{1,16} \d{1,16}$/.test(start) && form.test(position)) return { start, position }
  throw new errors.AFTER_INVALID()
}
