/** What has become of a job, or of a queue. */
export interface Event {
  /** After which of its queue's events the next one comes: see `Position`. */
  id: string
  what: string
  /** The job, and its state since then; none where it is about the queue. */
  job?: string
  state?: string
  /** When it happened, by the clock of Redis, in epoch seconds; 0 where it is about the queue. */
  at?: number
  /** As a client reads it, but for the id. */
  text: string
}

/** A script call that did something, as lua/parts/event/record_events.lua has recorded it: its id, and what and which in turn. */
export type Entry = [id: string, fields: string[]]

/** Some of what has been recorded of a queue, in order. */
export class Page {
  readonly events: readonly Event[]
  /** The entry after which it begins, and the one with which it ends. */
  readonly after: string
  readonly last: string
  #text: string | undefined
  #textWithIds: Buffer | undefined

  constructor (after: string, last: string, events: Event[]) {
    this.after = after
    this.last = last
    this.events = events
  }

  /** As clients of several queues read it. */
  get text (): string { return (this.#text ??= this.events.map(({ text }) => text).join('')) }

  /** As all clients of this queue alone read it. */
  get textWithIds (): Buffer {
    return (this.#textWithIds ??= Buffer.from(this.events.map(event => withId(event, event.id)).join('')))
  }

  /** What comes after that position. */
  from (position: Position): Page {
    if (compare(position, exactly(this.after)) <= 0) return this
    return new Page(position.entry, this.last, this.events.filter(({ id }) => id === '' || compare(exactly(id), position) > 0))
  }
}

/** An event as a client reads it, with that id. Not every event has one: what is no place to go on from has none. */
export function withId ({ id, text }: Event, known: string): string {
  return id === '' ? text : `id: ${known}\n${text}`
}

/** A place in what has been recorded of a queue: after that entry, or after its n-th event. */
export interface Position {
  entry: string
  nth: number
  /** It came from a time: what the queue did before is not known to be missing. */
  rough?: boolean
}

const largest = '18446744073709551615'

/** Reads an id that was given out: '1700000000000-0', or with '.3' after it where the entry goes on; null when it is none. */
export function position (id: string): Position | null {
  const [, entry, nth] = /^(\d{1,15}-\d{1,20})(?:\.(\d{1,6}))?$/.exec(id) ?? []
  return entry === undefined ? null : { entry, nth: nth === undefined ? Infinity : Number(nth) }
}

/** The place after all that was recorded up to then, in ms. */
export function afterTime (ms: number): Position {
  return { entry: `${ms}-${largest}`, nth: Infinity, rough: true }
}

/** The places that an id names: one for each of so many queues, or a time for all there are. null when it names no such. */
export function places (id: string, count: number): Position[] | null {
  if (count === Infinity) return /^\d{1,15}$/.test(id) ? [afterTime(Number(id))] : null
  const all = id.split(',').map(position)
  return all.length === count && !all.includes(null) ? all as Position[] : null
}

/** Of an id of our own. */
export function exactly (id: string): Position {
  return position(id)!
}

/** Less than 0, 0 or more, as the first comes before the other. */
export function compare (one: Position, other: Position): number {
  const [ms = '', number = ''] = one.entry.split('-')
  const [otherMs = '', otherNumber = ''] = other.entry.split('-')
  return Number(ms) - Number(otherMs) || Number(BigInt(number) - BigInt(otherNumber)) || (one.nth === other.nth ? 0 : one.nth - other.nth)
}

/** The first id that an entry may have after which that position is not reached. */
export function next ({ entry, nth }: Position): string {
  const [ms, number] = entry.split('-') as [string, string]
  if (nth !== Infinity) return entry
  return number === largest ? `${Number(ms) + 1}-0` : `${ms}-${BigInt(number) + 1n}`
}

/** The events of an entry. */
export function eventsOf (queue: string, [id, fields]: Entry): Event[] {
  const at = Number(id.split('-')[0]) / 1000
  const events: Event[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const [what = '', now, worker] = fields[i]!.split(' ')
    if (fields[i + 1] === '') events.push(event(what, { queue, at }))
    else for (const word of fields[i + 1]!.split(' ')) events.push(...jobEvents(word, { queue, at, what, now: now!, worker }))
  }
  events.forEach((event, n) => { event.id = n === events.length - 1 ? id : `${id}.${n}` })
  return events
}

/** One event that is about a queue. */
export function event (what: string, data: object): Event {
  return { id: '', what, text: `event: ${what}\ndata: ${JSON.stringify(data)}\n\n` }
}

// What the time that goes with a state means.
const times: Record<string, string> = { delayed: 'run_at', active: 'lease_expires_at', completed: 'kept_until' }

interface Circumstances { queue: string, at: number, what: string, now: string, worker: string | undefined }

function jobEvents (word: string, { queue, at, what, now, worker }: Circumstances): Event[] {
  const [, first = '', count = '1', own] = /^(\d+)(?:\+(\d+))?(?:@(\d+))?$/.exec(word) ?? []
  const [recorded = '', common] = now.split('@')
  // A job that has finished and is kept has not gone.
  const state = what === 'acked' && own !== undefined ? 'completed' : recorded
  const time = times[state] === undefined ? {} : { [times[state]]: Number(own ?? common) / 1000 }
  return Array.from({ length: Number(count) }, (_, i) => {
    const id = count === '1' ? first : String(Number(first) + i)
    return { ...event(what, { queue, id, state, at, ...time, ...(worker && { worker_id: worker }) }), job: id, state, at }
  })
}
