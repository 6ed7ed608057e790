import { readFileSync } from 'node:fs'

export interface Document {
  id: string
  state: string
  failures: number
  lost: number
  result: unknown
}

export interface Note {
  what: 'began' | 'failed' | 'done'
  job: string
  attempt: number
  at: number
  pid: number
}

export interface Verdict {
  /** Jobs that were done, and how many of them more than once. */
  done: number
  doubled: number
  lost: number
  failures: number
  /** Pauses after a failure that were measured. */
  pauses: number
  violations: string[]
}

/** What the programs have noted. */
export function read (path: string): Note[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const [what, job, attempt, at, pid] = line.split(' ')
      return {
        what: what as Note['what'],
        job: job!,
        attempt: Number(attempt),
        at: Number(at),
        pid: Number(pid)
      }
    })
}

/**
 * Every job must be done at least once and be kept as completed, and no failed one may have come
 * back before its time.
 */
export function judge (notes: Note[], jobs: number, base: number, documents: Document[]): Verdict {
  const byJob = group(notes)
  const verdict: Verdict = { done: 0, doubled: 0, lost: 0, failures: 0, pauses: 0, violations: [] }
  for (let n = 1; n <= jobs; n++) {
    const times = (byJob.get(String(n)) ?? []).filter(({ what }) => what === 'done').length
    if (times === 0) verdict.violations.push(`job ${n} was never done`)
    if (times > 0) verdict.done++
    if (times > 1) verdict.doubled++
  }
  if (documents.length !== jobs) {
    verdict.violations.push(`${documents.length} of ${jobs} jobs are kept`)
  }
  for (const document of documents) look(document, byJob.get(document.id) ?? [], base, verdict)
  return verdict
}

function group (notes: Note[]): Map<string, Note[]> {
  const groups = new Map<string, Note[]>()
  for (const note of notes) groups.set(note.job, [...(groups.get(note.job) ?? []), note])
  return groups
}

function look (
  { id, state, failures, lost, result }: Document,
  notes: Note[],
  base: number,
  verdict: Verdict
): void {
  verdict.lost += lost
  verdict.failures += failures
  if (state !== 'completed') verdict.violations.push(`job ${id} is ${state}`)
  if (JSON.stringify(result) !== `{"n":${id}}`) {
    verdict.violations.push(`job ${id} has the result ${JSON.stringify(result)}`)
  }
  // Where a delivery was lost, which failures presque has heard of cannot be told from here.
  if (lost > 0) return
  const failed = notes.filter(({ what }) => what === 'failed')
  if (failed.length !== failures) {
    verdict.violations.push(`job ${id} failed ${failed.length} times, and ${failures} are counted`)
  }
  failed.forEach(({ attempt, at }, i) => {
    const next = notes.find(note => note.what === 'began' && note.attempt === attempt + 1)
    if (next === undefined) return
    verdict.pauses++
    const least = base * 2 ** i * 0.8
    if (next.at - at < least) {
      verdict.violations.push(
        `job ${id} came back ${(next.at - at).toFixed(3)} s after its failure ${i + 1}, ` +
          `not ${least}`
      )
    }
  })
}
