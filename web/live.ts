import { Box } from './box.ts'
import { learnAccess } from './access.ts'
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
}

/** How a queue stood at a time, in ms. */
export interface Moment extends Facts { at: number }

/** A queue now, and in the last minutes. */
export interface Row extends Moment { trail: Moment[] }

export interface Overview {
  rows: Map<string, Row>
  /** How the page hears of changes. */
  connection: 'connecting' | 'asking' | 'live' | 'away' | 'lost'
  /** In ms, by the clock of this page. */
  heard: number
}

export const overview = new Box<Overview>({ rows: new Map(), connection: 'connecting', heard: 0 })

/** How many jobs waited, a minute each, by queue. */
export const lastHour = new Box<Record<string, number[]>>({})

const mostMoments = 450

/** Keeps `overview` true for as long as the page is open. */
export async function follow (): Promise<void> {
  void learnAccess()
  setInterval(learnHour, 60_000)
  void learnHour()
  let pause = 500
  for (;;) {
    const began = Date.now()
    const withdrawn = await listen()
    if (wanted.value !== '') {
      await token()
      continue
    }
    if (withdrawn) {
      void learnAccess()
      continue
    }
    if (Date.now() - began > 10_000) pause = 500
    overview.value = { ...overview.value, connection: 'lost' }
    await new Promise(resolve => setTimeout(resolve, pause))
    pause = Math.min(pause * 2, 10_000)
  }
}

// Resolves when the stream has ended. true: the token has changed, so there is to be asked anew at once.
// What was begun with one token does not go on once that is refused elsewhere.
async function listen (): Promise<boolean> {
  const controller = new AbortController()
  const unwatch = wanted.watch(() => { if (wanted.value !== '') controller.abort() })
  try {
    for await (const { name, data } of events('/summary', controller.signal)) {
      if (name === 'withdrawn') return true
      hear(name, data)
    }
  } catch (error) {
    if (error instanceof Refusal && error.status === 403) wanted.value = 'insufficient'
  } finally {
    unwatch()
  }
  return false
}

async function token (): Promise<void> {
  overview.value = { rows: new Map(), connection: 'asking', heard: 0 }
  await new Promise<void>(resolve => { const stop = wanted.watch(() => { if (wanted.value === '') { stop(); resolve() } }) })
  overview.value = { ...overview.value, connection: 'connecting' }
  void learnAccess()
  void learnHour()
}

async function learnHour (): Promise<void> {
  try {
    lastHour.value = (await json<{ queues: Record<string, number[]> }>('/history')).queues
  } catch {}
}

function hear (name: string, data: string): void {
  const { rows, heard } = overview.value
  if (name === 'away') {
    overview.value = { rows, heard, connection: 'away' }
    return
  }
  const { queues, gone = [] } = JSON.parse(data) as { queues: Facts[], gone?: string[] }
  const now = Date.now()
  const all = new Map(name === 'summary' ? queues.map(({ queue }) => [queue, rows.get(queue)!]) : rows)
  for (const facts of queues) all.set(facts.queue, follows(rows.get(facts.queue), { ...facts, at: now }))
  for (const queue of gone) all.delete(queue)
  overview.value = { rows: name === 'summary' || gone.length > 0 || all.size !== rows.size ? sorted(all) : all, connection: 'live', heard: now }
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

/** How many a second, over the last ten seconds. */
export function rateOf ({ trail, ...row }: Row, what: 'pushed' | 'processed', now: number): number {
  const [first] = trail
  const before = trail.findLast(({ at }) => at <= now - span) ?? first!
  const seconds = Math.min(span, Math.max(now - first!.at, 2000)) / 1000
  return Math.max(0, row[what] - before[what]) / seconds
}
