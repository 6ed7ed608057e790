import { listedStates, type ListedState } from '../../api/job.ts'
import type { JobFilter } from '../../api/job-filter.ts'

/** A filter line as it was typed: what the server is asked, and what it cannot be asked. */
export interface Filter {
  /** The state that the line names; without one that of the page. */
  state?: ListedState
  query: JobFilter
  /** A part of the type or message of an error, whose group must be found first. */
  errorName: string
  problem: string
}

const term = /(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/g

/** Reads `state:failed error:Timeout worker:billing-* age:>1h attempt:>3 text:99812`. */
export function filterIn (line: string, now: number): Filter {
  const filter: Filter = { query: {}, errorName: '', problem: '' }
  const words: string[] = []
  for (const [whole, name = '', quoted, plain = ''] of line.matchAll(term)) {
    const value = quoted ?? plain
    if (name === '') words.push(value)
    else if (!Object.hasOwn(readers, name)) words.push(whole)
    else readers[name]!(filter, value, now)
  }
  if (words.length > 0) filter.query.text = words.join(' ')
  return filter
}

type Reader = (filter: Filter, value: string, now: number) => void

const readers: Record<string, Reader> = {
  state: readState,
  error: readError,
  worker: ({ query }, value) => { query.worker = value },
  text: ({ query }, value) => { query.text = value },
  attempt: readAttempt,
  age: readAge
}

function readState (filter: Filter, value: string): void {
  const name = value === 'running' ? 'active' : value
  const state = listedStates.find(one => one === name)
  if (state === undefined) filter.problem = `There is no state ${value}`
  else filter.state = state
}

function readError (filter: Filter, value: string): void {
  if (/^[0-9a-f]{12}$/.test(value)) filter.query.error = value
  else filter.errorName = value
}

function readAttempt (filter: Filter, value: string): void {
  const [, sign = '', number] = /^(>=?)?(\d+)$/.exec(value) ?? []
  if (number === undefined) filter.problem = 'attempt: takes a number, such as attempt:>3'
  else filter.query.min_attempt = Number(number) + (sign === '>' ? 1 : 0)
}

const secondsOf: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }

function readAge (filter: Filter, value: string, now: number): void {
  const [, sign = '', number, unit = ''] = /^([<>])(\d+)([smhd])$/.exec(value) ?? []
  if (number === undefined) {
    filter.problem = 'age: takes a time, such as age:>1h or age:<30m'
    return
  }
  const then = Math.floor(now / 1000 - Number(number) * secondsOf[unit]!)
  if (sign === '>') filter.query.until = then
  else filter.query.since = then
}
