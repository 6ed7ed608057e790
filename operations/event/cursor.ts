/** A place in the event log of a queue: after an entry, or after its n-th event. */
export interface Cursor {
  entry: string
  nth: number
  /** It was made of a time: nothing says that events before it are missing. */
  rough?: boolean
}

const largest = '18446744073709551615'

/**
 * Reads an id that a client was given: '1700000000000-0', or with '.3' after it where the entry
 * goes on. Returns null when it is none.
 */
export function parseCursor (id: string): Cursor | null {
  const [, entry, nth] = /^(\d{1,15}-\d{1,20})(?:\.(\d{1,6}))?$/.exec(id) ?? []
  if (entry === undefined) return null
  return { entry, nth: nth === undefined ? Infinity : Number(nth) }
}

/** The cursor after all events up to a time, in ms. */
export function cursorAfterTime (ms: number): Cursor {
  return { entry: `${ms}-${largest}`, nth: Infinity, rough: true }
}

/**
 * The cursors of an id: one for each of `count` queues, or for all queues (Infinity) a time.
 * Returns null when the id is none of these.
 */
export function parseCursors (id: string, count: number): Cursor[] | null {
  if (count === Infinity) return /^\d{1,15}$/.test(id) ? [cursorAfterTime(Number(id))] : null
  const all = id.split(',').map(parseCursor)
  return all.length === count && !all.includes(null) ? all as Cursor[] : null
}

/** The cursor of an id that presque made. */
export function cursorOf (id: string): Cursor {
  return parseCursor(id)!
}

/** Less than 0, 0 or more, as the first is before, at or after the other. */
export function compareCursors (one: Cursor, other: Cursor): number {
  const [ms = '', number = ''] = one.entry.split('-')
  const [otherMs = '', otherNumber = ''] = other.entry.split('-')
  const entries = Number(ms) - Number(otherMs) || Number(BigInt(number) - BigInt(otherNumber))
  return entries || (one.nth === other.nth ? 0 : one.nth - other.nth)
}

/** The first id that an entry may have which is not all before the cursor. */
export function firstIdAfter ({ entry, nth }: Cursor): string {
  const [ms, number] = entry.split('-') as [string, string]
  if (nth !== Infinity) return entry
  return number === largest ? `${Number(ms) + 1}-0` : `${ms}-${BigInt(number) + 1n}`
}
