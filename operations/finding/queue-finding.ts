import type { Finding } from '../../schemas/finding.ts'
import type { QueueSummary } from '../../schemas/summary.ts'
import type { Policy } from '../../schemas/control.ts'
import type { Minute } from '../queue/history.ts'
import { limitOf, silence, words, type QueueObstacles } from '../queue/why.ts'

/**
 * What the rules know of a queue.
 * - `minutes`: its last hour, the oldest first
 * - `silent`: its workers that have fallen silent in that hour and did not unregister
 */
export interface QueueFacts {
  row: QueueSummary
  minutes: Minute[]
  obstacles: QueueObstacles
  policy: Policy
  silent: string[]
}

type Rule = (facts: QueueFacts) => Finding | null

// Failures in the last minute or the last ten that are worth a look, and their share of attempts.
const fewestFailures = 10
const failingShare = 0.2
const mostlyFailingShare = 0.5

const fewestLost = 3
const losingShare = 0.05

const fewestDead = 3
const deadNamed = 3

// In seconds: a job that waits no longer than this is no sign of trouble.
const patience = 60
const longWait = 300

const fewestGrown = 100

const minutesBack = 10

/** All findings about one queue. */
export function findingsOf (facts: QueueFacts): Finding[] {
  return rules.map(rule => rule(facts)).filter(found => found !== null)
}

const rules: Rule[] = [failing, unattended, stopped, limited, growing, losing, dying]

// Attempts since a minute; a purge sets the counters back.
interface Attempts { failures: number, processed: number, lost: number, pushed: number }

function since (row: Attempts, minute: Minute | undefined): Attempts {
  const lately = (name: keyof Attempts) => Math.max(0, row[name] - (minute?.[name] ?? 0))
  return {
    failures: lately('failures'),
    processed: lately('processed'),
    lost: lately('lost'),
    pushed: lately('pushed')
  }
}

function counters ({ pushed, processed, failed, lost }: QueueSummary): Attempts {
  return { pushed, processed, failures: failed, lost }
}

function share (part: number, rest: number): number {
  return part === 0 ? 0 : part / (part + rest)
}

function failing ({ row, minutes }: QueueFacts): Finding | null {
  const back = minutes.at(-1 - minutesBack) ?? minutes[0]
  const { failures, processed } = since(counters(row), back)
  // Without a sample the counters are those of the whole life of the queue.
  const lately = back === undefined ? 0 : failures
  const most = Math.max(lately, row.failures_per_minute)
  const part = share(most, processed)
  if (most < fewestFailures || part < failingShare) return null
  const begun = firstOf(minutes, isFailing)
  const percent = Math.round(part * 100)
  return {
    ...about(row.queue, 'failing', part >= mostlyFailingShare ? 'critical' : 'warning'),
    since: begun,
    sentence: `${percent} % of the attempts fail${sinceWhen(begun)}: ${most} failures`,
    next: [look(row.queue, 'retrying'), look(row.queue, 'failed'), stop(row.queue)]
  }
}

function isFailing (from: Minute, to: Minute): boolean {
  const { failures, processed } = since(to, from)
  return failures > 0 && share(failures, processed) >= failingShare
}

// The beginning of the last run of minutes for which that holds; the present one if there is none.
function firstOf (minutes: Minute[], holds: (from: Minute, to: Minute) => boolean): number | null {
  let begun = minutes.at(-1)?.at ?? null
  for (let i = minutes.length - 1; i > 0; i--) {
    if (!holds(minutes[i - 1]!, minutes[i]!)) break
    begun = minutes[i - 1]!.at
  }
  return begun
}

function unattended ({ row, obstacles }: QueueFacts): Finding | null {
  const { queue, counts, oldest_age: age, stopped } = row
  const silent = silence(obstacles)
  if (silent === null || stopped || counts.waiting === 0 || (age ?? 0) < patience) return null
  const oldest = obstacles.now - age!
  return {
    ...about(queue, 'unattended', age! >= longWait ? 'critical' : 'warning'),
    since: Math.max(obstacles.askedAt ?? 0, oldest),
    sentence: `${wait(counts.waiting)}, and no worker has asked for one ${silent}`,
    next: [get('see its workers', `/w/${queue}`), why(queue)]
  }
}

function stopped ({ row, obstacles }: QueueFacts): Finding | null {
  const { queue, counts } = row
  if (!row.stopped || counts.waiting === 0) return null
  const until = obstacles.reopensAt
  const end = until === null ? '' : `, until ${iso(until)}`
  return {
    ...about(queue, 'stopped', until === null ? 'warning' : 'info'),
    sentence: `it is stopped${end}, and ${wait(counts.waiting)}`,
    next: [
      post('start it', `/control/${queue}`, { status: 'start' }),
      get('see who stopped it', `/audit?queue=${queue}`)
    ]
  }
}

function limited ({ row, obstacles, policy }: QueueFacts): Finding | null {
  const { queue, counts, oldest_age: age } = row
  if (!obstacles.limited || row.stopped || (age ?? 0) < patience) return null
  return {
    ...about(queue, 'limited', 'warning'),
    since: obstacles.now - age!,
    sentence: `${limitOf(policy, counts.active)}, and ${wait(counts.waiting)}`,
    next: [get('see its policy', `/status/${queue}`), why(queue)]
  }
}

function growing ({ row, minutes, policy, obstacles }: QueueFacts): Finding | null {
  const { queue, counts, oldest_age: age } = row
  const back = minutes.at(-16) ?? minutes[0]
  if (back === undefined || row.stopped || (age ?? 0) < patience) return null
  const grown = counts.waiting - back.waiting
  const { pushed, processed } = since(counters(row), back)
  if (grown < Math.max(fewestGrown, back.waiting / 5) || pushed <= processed) return null
  const seconds = obstacles.now - back.at
  const room = policy.max_jobs === null ? null : policy.max_jobs - sum(counts)
  const left = room === null ? null : Math.max(0, Math.round(room / (grown / seconds)))
  const full = left === null ? '' : `; it is full in about ${words({ from: left, to: left })}`
  return {
    ...about(queue, 'growing', left !== null && left < 3600 ? 'critical' : 'warning'),
    since: back.at,
    sentence: `${wait(counts.waiting)}, ${grown} more than at ${iso(back.at)}${full}`,
    next: [get('see its day', `/history/${queue}`), get('see its workers', `/w/${queue}`)]
  }
}

function losing ({ row, minutes }: QueueFacts): Finding | null {
  const back = minutes.at(-1 - minutesBack) ?? minutes[0]
  if (back === undefined) return null
  const { lost, processed } = since(counters(row), back)
  if (lost < fewestLost || share(lost, processed) < losingShare) return null
  const begun = firstOf(minutes, (from, to) => to.lost > from.lost)
  return {
    ...about(row.queue, 'losing', 'warning'),
    since: begun,
    sentence: `${lost} leases have expired${sinceWhen(begun)}: workers die, or need a longer lease`,
    next: [get('see its workers', `/w/${row.queue}`), look(row.queue, 'active')]
  }
}

// A worker that ends in order unregisters, and one that has no job loses none.
function dying ({ row, minutes, silent }: QueueFacts): Finding | null {
  const [first] = minutes
  if (first === undefined || silent.length < fewestDead) return null
  const { lost } = since(counters(row), first)
  if (lost < fewestDead) return null
  const begun = minutes.find((minute, i) => minute.lost < (minutes[i + 1] ?? row).lost)?.at ?? null
  const rest = silent.length - deadNamed
  const named = silent.slice(0, deadNamed).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
  return {
    ...about(row.queue, 'dying', 'warning'),
    since: begun,
    sentence: `workers die: ${silent.length} have fallen silent in the last hour (${named}), and ` +
      `${lost} leases have expired${sinceWhen(begun)}`,
    next: [get('see its workers', `/w?queue=${row.queue}`), look(row.queue, 'active')]
  }
}

type Severity = Finding['severity']
type Step = Finding['next'][number]

function about (queue: string, kind: Finding['kind'], severity: Severity) {
  return { severity, queue, kind, since: null }
}

// As retrying jobs are among the delayed ones, they are counted once.
function sum ({ waiting, delayed, blocked, active }: QueueSummary['counts']): number {
  return waiting + delayed + blocked + active
}

function wait (waiting: number): string {
  return waiting === 1 ? '1 job waits' : `${waiting} jobs wait`
}

function sinceWhen (time: number | null): string {
  return time === null ? '' : ` since ${iso(time)}`
}

function get (label: string, path: string): Step {
  return { method: 'GET', path, body: null, label }
}

function post (label: string, path: string, body: object): Step {
  return { method: 'POST', path, body: body as Step['body'], label }
}

function look (queue: string, state: string): Step {
  return get(`look at ${state} jobs`, `/j/${queue}?state=${state}&limit=20`)
}

function stop (queue: string): Step {
  return post('stop the queue', `/control/${queue}`, { status: 'stop' })
}

function why (queue: string): Step {
  return get('see what holds it up', `/status/${queue}/why`)
}

function iso (seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+/, '')
}
