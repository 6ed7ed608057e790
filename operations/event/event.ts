import { compareCursors, cursorOf, type Cursor } from './cursor.ts'
import { event as textOf } from './sse-stream.ts'

/** Something that happened to a job, or to a queue. */
export interface Event {
  /** The cursor after it in the log of its queue; '' for an event that is not in the log. */
  id: string
  what: string
  /** The job, and its state since then; none where the event is about the queue. */
  job?: string
  state?: string
  /** Epoch seconds, by the clock of Redis; none where the event is about the queue. */
  at?: number
  /** The text for a client, without the id. */
  text: string
}

/**
 * One call of a script, as lua/parts/event/record_events.lua has recorded it.
 * - the id of the entry
 * - in turn, what happened, and the jobs to which it happened
 */
export type Entry = [id: string, fields: string[]]

/** Consecutive events of a log. */
export class EventPage {
  readonly events: readonly Event[]
  /** The entry after which the page begins, and the one with which it ends. */
  readonly after: string
  readonly last: string
  #text: string | undefined
  #textWithIds: Buffer | undefined

  constructor (after: string, last: string, events: Event[]) {
    this.after = after
    this.last = last
    this.events = events
  }

  /** The text for clients of several queues. */
  get text (): string { return (this.#text ??= this.events.map(({ text }) => text).join('')) }

  /** The text for clients of this queue alone. */
  get textWithIds (): Buffer {
    const texts = (): string => this.events.map(event => withId(event, event.id)).join('')
    return (this.#textWithIds ??= Buffer.from(texts()))
  }

  /** The events after a cursor. */
  from (cursor: Cursor): EventPage {
    if (compareCursors(cursor, cursorOf(this.after)) <= 0) return this
    return new EventPage(cursor.entry, this.last, this.events.filter(isAfter(cursor)))
  }
}

/** Whether an event comes after a cursor; one that is not in the log always does. */
export function isAfter (cursor: Cursor): (event: Event) => boolean {
  return ({ id }) => id === '' || compareCursors(cursorOf(id), cursor) > 0
}

/** The text for a client with that id; without one where the event has none. */
export function withId ({ id, text }: Event, shown: string): string {
  return id === '' ? text : `id: ${shown}\n${text}`
}

/** An event that is not in the log. */
export function createEvent (what: string, data: object): Event {
  return { id: '', what, text: textOf(what, data) }
}

/** The events of an entry. */
export function eventsOf (queue: string, [id, fields]: Entry): Event[] {
  const at = Number(id.split('-')[0]) / 1000
  const events: Event[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const [what = '', state, worker] = fields[i]!.split(' ')
    const jobs = fields[i + 1]!
    if (jobs === '') {
      events.push(createEvent(what, { queue, at }))
      continue
    }
    const change = { queue, at, what, state: state!, worker }
    for (const word of jobs.split(' ')) events.push(...jobEvents(word, change))
  }
  events.forEach((event, n) => {
    event.id = n === events.length - 1 ? id : `${id}.${n}`
  })
  return events
}

// The name of the time that goes with a state.
const times: Record<string, string> = {
  delayed: 'run_at', active: 'lease_expires_at', completed: 'kept_until'
}

interface Change {
  queue: string
  at: number
  what: string
  state: string
  worker: string | undefined
}

// A word is an id, with the count of consecutive ids or with a time of its own: `7`, `7+3`,
// `7@1700000000000`.
function jobEvents (word: string, { queue, at, what, state: recorded, worker }: Change): Event[] {
  const [, first = '', count = '1', own] = /^(\d+)(?:\+(\d+))?(?:@(\d+))?$/.exec(word) ?? []
  const [name = '', common] = recorded.split('@')
  // A completed job that is kept was not deleted.
  const state = what === 'acked' && own !== undefined ? 'completed' : name
  const time = times[state] === undefined ? {} : { [times[state]]: Number(own ?? common) / 1000 }
  return Array.from({ length: Number(count) }, (_, i) => {
    const id = count === '1' ? first : String(Number(first) + i)
    const data = { queue, id, state, at, ...time, ...(worker && { worker_id: worker }) }
    return { ...createEvent(what, data), job: id, state, at }
  })
}
