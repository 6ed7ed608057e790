import { flag, inSeconds, text, whole, type Arguments, type Option } from './command.ts'
import { Usage } from './io/exit.ts'

/** The options that say which jobs of a state a command is about. */
export const filterOptions: Record<string, Option> = {
  error: text('Only jobs of the error group of this fingerprint'),
  worker: text('Only jobs that this worker has, or had; with * at its end, the beginning of ids'),
  since: text('Only jobs in this state since then or later: epoch seconds, or an age such as 2h'),
  until: text('Only jobs in this state since before then: epoch seconds, or an age such as 2h'),
  'min-attempt': text('Only jobs with this attempt, or a later one'),
  tag: text('Only jobs with this tag'),
  text: text('Only jobs with this text in their payload, as it was pushed')
}

export const dryRun: Record<string, Option> = {
  'dry-run': flag('Counts the jobs, and changes none')
}

/** The query parameters of those options. */
export function filterQuery (args: Arguments): Record<string, string | undefined> {
  const { error, worker, since, until, tag, text: part } = args
  const attempt: string | undefined = args['min-attempt']
  if (attempt !== undefined) whole(attempt, 'min-attempt', 1)
  return {
    error,
    worker,
    since: instantOf(since, 'since'),
    until: instantOf(until, 'until'),
    min_attempt: attempt,
    tag,
    text: part
  }
}

/** Throws where an option that chooses among many jobs is given for a single one. */
export function assertSingle (args: Arguments, option: string): void {
  if (!isFiltered(args) && args['dry-run'] !== true) return
  throw new Usage(`filters and --dry-run go with ${option}`)
}

/** Whether any of those options is given. */
export function isFiltered (args: Arguments): boolean {
  return Object.values(filterQuery(args)).some(value => value !== undefined)
}

// A number alone is a time: as an age it would be taken for epoch seconds by mistake.
function instantOf (given: string | undefined, option: string): string | undefined {
  if (given === undefined || /^\d{9,12}(\.\d+)?$/.test(given)) return given
  if (!/[a-z]$/.test(given)) {
    throw new Usage(`--${option} is a time in epoch seconds, or an age such as 2h, not '${given}'`)
  }
  const age = Number(inSeconds(given, option))
  return String(Math.round(Date.now() - age * 1000) / 1000)
}
