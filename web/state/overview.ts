import { signal } from '@preact/signals'
import type { LastHour } from '../../schemas/history.ts'
import type { QueueSummary } from '../../schemas/summary.ts'
import { serverNow } from './clock.ts'
import { route } from './route.ts'

/** A queue as GET /summary describes it. */
export type Queue = QueueSummary

/** A queue at a time in ms. */
export interface Moment extends Queue { at: number }

/** A queue now, and in the last minutes. */
export interface Row extends Moment { trail: Moment[] }

export interface Overview {
  /** The queues that the page has asked for. */
  rows: Map<string, Row>
  /** How many queues there are, also those on other pages. */
  size: number
  /** The `summaryQuery()` that `rows` answer: after a change of page they stay until the answer. */
  query: string
  /** late: no message for some seconds; away: the server cannot reach Redis. */
  connection: 'connecting' | 'asking' | 'live' | 'late' | 'away' | 'lost'
}

export const emptyOverview = { rows: new Map<string, Row>(), size: 0, query: '' }

export const overview = signal<Overview>({ ...emptyOverview, connection: 'connecting' })

/** Which queues the first page lists: a page of those with `search` in their name. */
export function queueFilter (): { search: string, offset: number } {
  const { search = '', offset = '' } = route.value.query
  return { search, offset: /^\d{1,9}$/.test(offset) ? Number(offset) : 0 }
}

/** Seconds without a message: the connection is late, and then it is lost. */
export const lateAfter = 6
export const lostAfter = 15

/** Seconds since the last numbers of the server, which sends some every two seconds. */
export const silence = signal(0)

/**
 * The time of the numbers, by the clock of the server, in epoch ms: the present, until the server
 * has been silent for too long. Ages and rates that go on without it would be made up.
 */
export function timeOfNumbers (): number {
  // No component is to be drawn again for each second of silence.
  const seconds = silence.peek()
  return serverNow() - (seconds < lateAfter ? 0 : seconds * 1000)
}

/** By queue: the waiting jobs in each minute of the last hour, and the rates of the last minute. */
export const lastHour = signal<LastHour>({ queues: {}, rates: {} })

/** How many queues a page lists: with the longest names, the answer is less than 100 kB. */
export const pageSize = 250

/** The query of a page that needs no queue. */
export const noQueues = 'limit=0'

/** The query of GET /summary for the current route. */
export function summaryQuery (): string {
  const { page, queue } = route.value
  if (page === 'queue') return `queue=${encodeURIComponent(queue)}`
  if (page !== 'queues') return noQueues
  const { search, offset } = queueFilter()
  return `limit=${pageSize}&offset=${offset}&search=${encodeURIComponent(search)}`
}
