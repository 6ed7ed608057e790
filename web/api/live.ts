import { Box } from '../state/box.ts'
import { learnAccess } from '../state/access.ts'
import { learnTime, serverNow } from '../state/clock.ts'
import { place } from '../state/place.ts'
import { json, Refusal, wanted } from './server.ts'
import { events } from './stream.ts'
import type { State } from './job.ts'

/** As GET /summary describes a queue. */
export interface Facts {
  queue: string
  stopped: boolean
  counts: Record<State, number>
  oldest_age: number | null
  pushed: number
  processed: number
  failed: number
  lost: number
  expired: number
  discarded: number
}

/** How a queue stood at a time, in ms. */
export interface Moment extends Facts { at: number }

/** A queue now, and in the last minutes. */
export interface Row extends Moment { trail: Moment[] }

export interface Overview {
  /** The queues that the page has asked for, and how many there are where it is a page of many. */
  rows: Map<string, Row>
  size: number
  /** What was asked for, as `asked` says it: until it is answered, the rows are those from before. */
  of: string
  /** How the page hears of changes. */
  connection: 'connecting' | 'asking' | 'live' | 'late' | 'away' | 'lost'
}

const nothing = { rows: new Map<string, Row>(), size: 0, of: '' }

export const overview = new Box<Overview>({ ...nothing, connection: 'connecting' })

/** Which of all queues the front page shows: a page of those that have `search` in their name. */
export const front = new Box({ search: '', offset: 0 })

/** How many queues the front page asks for: with the longest names there are, less than 100 kB. */
export const pageSize = 300

/** What this page has to know: the front page some queues, the page of a queue that one, others none. */
export function asked (): string {
  const { page, queue } = place.value
  if (page === 'queue') return `queue=${encodeURIComponent(queue)}`
  if (page !== 'front') return none
  const { search, offset } = front.value
  return `limit=${pageSize}&offset=${offset}&search=${encodeURIComponent(search)}`
}

const none = 'limit=0'

/** For how many seconds the server has not been heard of; it speaks every two seconds. */
export const silence = new Box(0)

/** How many jobs a second went in and out in the last minute. */
export interface Rate { pushed: number, processed: number }

/** By queue: how many jobs waited, a minute each, and the rates of the last minute. */
export interface LastHour { queues: Record<string, number[]>, rates: Record<string, Rate> }

export const lastHour = new Box<LastHour>({ queues: {}, rates: {} })

const mostMoments = 450

// In s without a word of the server: then it is late, and then it counts as gone.
const late = 6
const gone = 15

// When the server was last heard of, by the running clock of this page in ms.
let heard = performance.now()

/** Keeps `overview` true for as long as the page is open. */
export async function follow (): Promise<void> {
  void learnAccess()
  setInterval(learnHour, 60_000)
  let pause = 500
  for (;;) {
    const began = performance.now()
    const query = asked()
    const withdrawn = await listen(query)
    if (wanted.value !== '') {
      await token()
      continue
    }
    if (withdrawn) {
      void learnAccess()
      continue
    }
    if (query !== asked()) continue
    if (performance.now() - began > 10_000) pause = 500
    turn('lost')
    await new Promise(resolve => setTimeout(resolve, pause))
    pause = Math.min(pause * 2, 10_000)
  }
}

// Resolves when the stream has ended. true: the token has changed, so there is to be asked anew
// at once. What was begun with one token does not go on once that is refused elsewhere.
async function listen (query: string): Promise<boolean> {
  const controller = new AbortController()
  const look = (): void => { if (query !== asked()) controller.abort() }
  const unlook = [place.watch(look), front.watch(look)]
  const unwatch = wanted.watch(() => { if (wanted.value !== '') controller.abort() })
  const unguard = guard(controller)
  try {
    for await (const { event: name, data } of events(`/summary?${await allowed(query)}`, controller.signal)) {
      heard = performance.now()
      if (name === 'withdrawn') return true
      if (name !== '' && query === asked()) hear(name, data, query)
    }
  } catch (error) {
    if (error instanceof Refusal && error.status === 403) wanted.value = 'insufficient'
  } finally {
    for (const end of unlook) end()
    unguard()
    unwatch()
  }
  return false
}

// Of a queue that the token is not for nothing is asked: its page says so by itself.
async function allowed (query: string): Promise<string> {
  if (!query.startsWith('queue=')) return query
  const isRefused = await json(`/summary?${query}&limit=0`).then(() => false, isForbidden)
  return isRefused ? none : query
}

function isForbidden (error: unknown): boolean {
  return error instanceof Refusal && error.status === 403
}

// A server that is frozen keeps its connections open: only its silence tells. The page says so,
// and then asks anew.
function guard (controller: AbortController): () => void {
  heard = performance.now()
  const timer = setInterval(() => {
    silence.value = Math.floor((performance.now() - heard) / 1000)
    if (silence.value >= gone) controller.abort()
    else if (silence.value >= late && overview.value.connection === 'live') turn('late')
  }, 1000)
  return () => clearInterval(timer)
}

// Once it is back, what was asked for in vain is asked for again.
function turn (connection: Overview['connection']): void {
  const before = overview.value.connection
  if (before === connection) return
  overview.value = { ...overview.value, connection }
  if (connection !== 'live' || before === 'connecting') return
  void learnAccess()
  void learnHour()
}

async function token (): Promise<void> {
  overview.value = { ...nothing, connection: 'asking' }
  await new Promise<void>(resolve => { const stop = wanted.watch(() => { if (wanted.value === '') { stop(); resolve() } }) })
  overview.value = { ...overview.value, connection: 'connecting' }
  void learnAccess()
}

async function learnHour (): Promise<void> {
  const { of } = overview.value
  if (of === '' || of === none) return
  const found = await json<LastHour>(`/history?${of}`).catch(() => null)
  if (found !== null && overview.value.of === of) lastHour.value = found
}

interface Heard { time: number, size: number, queues: Facts[], gone?: string[] }

function hear (name: string, data: string, query: string): void {
  if (name === 'away') return turn('away')
  const { rows, of } = overview.value
  const { time, size, queues, gone: deleted = [] } = JSON.parse(data) as Heard
  learnTime(time)
  const now = serverNow()
  const isWhole = name === 'summary'
  const all = new Map(isWhole ? queues.map(({ queue }) => [queue, rows.get(queue)!]) : rows)
  for (const facts of queues) {
    all.set(facts.queue, follows(rows.get(facts.queue), { ...facts, at: now }))
  }
  for (const queue of deleted) all.delete(queue)
  const isSameSet = !isWhole && deleted.length === 0 && all.size === rows.size
  overview.value = { ...overview.value, rows: isSameSet ? all : sorted(all), size, of: query }
  if (of !== query) void learnHour()
  turn('live')
}

function follows (before: Row | undefined, now: Moment): Row {
  // A queue that was purged has begun anew.
  const trail = before === undefined || now.pushed < before.pushed ? [] : before.trail
  return { ...now, trail: [...trail, now].slice(-mostMoments) }
}

function sorted (rows: Map<string, Row>): Map<string, Row> {
  return new Map([...rows].sort(([one], [other]) => one < other ? -1 : 1))
}

/** How long the oldest waiting job has waited by now, in seconds; null when none waits. */
export function ageOf ({ oldest_age: age, at }: Moment, now: number): number | null {
  return age === null ? null : age + Math.max(0, now - at) / 1000
}

const span = 10_000

/**
 * How many a second, over the last ten seconds; where this page has not watched for so long, over
 * the last minute as the server noted it.
 */
export function rateOf (row: Row, what: keyof Rate, now: number): number {
  const { trail } = row
  const first = trail[0]!
  const noted = lastHour.value.rates[row.queue]
  if (now - first.at < span && noted !== undefined) return noted[what]
  const before = trail.findLast(({ at }) => at <= now - span) ?? first
  const seconds = Math.min(span, Math.max(now - first.at, 2000)) / 1000
  return Math.max(0, row[what] - before[what]) / seconds
}
