import { effect } from '@preact/signals'
import { readEvents } from '../../client/sse.ts'
import { learnTime, serverNow } from '../state/clock.ts'
import {
  emptyOverview, lastHour, lateAfter, lostAfter, noQueues, overview, silence, summaryQuery,
  type Moment, type Overview, type Queue, type Row
} from '../state/overview.ts'
import { tokenProblem } from '../state/token.ts'
import { learnAccess } from './access.ts'
import { hasStatus, json, send } from './server.ts'

// The monotonic times (ms) of the last message of the server, and of the last one with numbers.
let heardAt = performance.now()
let newsAt = heardAt

/** Keeps `overview` up to date while the page is open. */
export async function followSummary (): Promise<void> {
  void learnAccess()
  setInterval(learnLastHour, 60_000)
  setInterval(tellSilence, 1000)
  let pauseMs = 500
  for (;;) {
    const began = performance.now()
    const query = summaryQuery()
    const isWithdrawn = await readStream(query)
    if (tokenProblem.value !== '') await waitForToken()
    else if (isWithdrawn) void learnAccess()
    else if (query === summaryQuery()) {
      if (performance.now() - began > 10_000) pauseMs = 500
      setConnection('lost')
      await new Promise(resolve => setTimeout(resolve, pauseMs))
      pauseMs = Math.min(pauseMs * 2, 10_000)
    }
  }
}

/**
 * Reads the stream of /summary until it ends, the page needs another query or the server refuses
 * the token. Returns true if the token has changed on the server: then the page connects at once.
 */
async function readStream (query: string): Promise<boolean> {
  const controller = new AbortController()
  const stopWatching = effect(() => {
    if (query !== summaryQuery() || tokenProblem.value !== '') controller.abort()
  })
  const stopTimer = abortOnSilence(controller)
  try {
    for await (const { event, data } of readEvents(await openStream(query, controller.signal))) {
      heardAt = performance.now()
      if (isNews(event)) newsAt = heardAt
      if (event === 'withdrawn') return true
      if (event !== '' && query === summaryQuery()) handleEvent(event, data, query)
    }
  } catch (error) {
    if (hasStatus(error, 403)) tokenProblem.value = 'insufficient'
  } finally {
    stopWatching()
    stopTimer()
  }
  return false
}

// A message without a name says that nothing has changed. While Redis is away, nothing is known.
function isNews (event: string): boolean {
  return event === '' ? overview.value.connection === 'live' : event !== 'away'
}

// By fetch, for EventSource cannot send a token.
async function openStream (query: string, signal: AbortSignal): Promise<Response> {
  const headers = { accept: 'text/event-stream' }
  return await send('GET', `/summary?${await allowedQuery(query)}`, { headers, signal })
}

// The server refuses the stream of a queue that the token does not cover, and of a name that no
// queue can have. The connection is live all the same, and the page of that queue tells why.
async function allowedQuery (query: string): Promise<string> {
  if (!query.startsWith('queue=')) return query
  const isRefused = await json(`/summary?${query}&limit=0`).then(() => false, error => {
    return hasStatus(error, 400, 403)
  })
  return isRefused ? noQueues : query
}

// The connections of a frozen server stay open: only its silence shows that it is frozen.
function abortOnSilence (controller: AbortController): () => void {
  const began = performance.now()
  const timer = setInterval(() => {
    const seconds = (performance.now() - Math.max(heardAt, began)) / 1000
    if (seconds >= lostAfter) controller.abort()
    else if (seconds >= lateAfter && overview.value.connection === 'live') setConnection('late')
  }, 1000)
  return () => clearInterval(timer)
}

// A page that is hidden has its timers slowed down, and catches up with the next one.
function tellSilence (): void {
  silence.value = Math.floor((performance.now() - newsAt) / 1000)
}

// Once the server is back, requests that may have failed meanwhile are sent again.
function setConnection (connection: Overview['connection']): void {
  const before = overview.value.connection
  if (before === connection) return
  overview.value = { ...overview.value, connection }
  if (connection !== 'live' || before === 'connecting') return
  void learnAccess()
  void learnLastHour()
}

async function waitForToken (): Promise<void> {
  overview.value = { ...emptyOverview, connection: 'asking' }
  let stop = () => {}
  await new Promise<void>(resolve => {
    stop = tokenProblem.subscribe(problem => {
      if (problem === '') resolve()
    })
  })
  stop()
  overview.value = { ...overview.value, connection: 'connecting' }
  void learnAccess()
}

async function learnLastHour (): Promise<void> {
  const { query } = overview.value
  if (query === '' || query === noQueues) return
  const found = await json<typeof lastHour.value>(`/history?${query}`).catch(() => null)
  if (found !== null && overview.value.query === query) lastHour.value = found
}

/** The data of an event: `changes` has the queues that changed, and the names of deleted ones. */
interface Summary { time: number, size: number, queues: Queue[], gone?: string[] }

function handleEvent (event: string, data: string, query: string): void {
  if (event === 'away') return setConnection('away')
  const { rows, query: before } = overview.value
  const summary = JSON.parse(data) as Summary
  learnTime(summary.time)
  const updated = event === 'summary' ? replaced(rows, summary) : changed(rows, summary)
  overview.value = { ...overview.value, rows: updated, size: summary.size, query }
  if (before !== query) void learnLastHour()
  setConnection('live')
}

function replaced (rows: Map<string, Row>, { queues }: Summary): Map<string, Row> {
  const at = serverNow()
  const all = queues.map(one => [one.queue, rowOf(rows.get(one.queue), { ...one, at })] as const)
  return new Map(all.sort(byName))
}

function changed (rows: Map<string, Row>, { queues, gone = [] }: Summary): Map<string, Row> {
  const at = serverNow()
  const all = new Map(rows)
  for (const one of queues) all.set(one.queue, rowOf(rows.get(one.queue), { ...one, at }))
  for (const queue of gone) all.delete(queue)
  const hasNewNames = gone.length > 0 || all.size !== rows.size
  return hasNewNames ? new Map([...all].sort(byName)) : all
}

function byName ([one]: readonly [string, Row], [other]: readonly [string, Row]): number {
  return one < other ? -1 : 1
}

const longestTrail = 450

function rowOf (before: Row | undefined, now: Moment): Row {
  // The counters of a purged queue have begun anew, and so does its trail.
  const trail = before === undefined || now.pushed < before.pushed ? [] : before.trail
  return { ...now, trail: [...trail, now].slice(-longestTrail) }
}
