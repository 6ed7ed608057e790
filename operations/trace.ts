/** What a push says of the trace it belongs to (W3C Trace Context), as it goes out again with the job. `tracestate` is '' for none. */
export interface Trace { traceparent: string, tracestate: string }

/** The headers of a request, as Node gives them. */
interface Headers { traceparent?: unknown, tracestate?: unknown }

const parent = /^(?!ff)([0-9a-f]{2})-((?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const member = /^(?:[a-z0-9][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

// Section 3.3.1: so much must be passed on; and what is cut first when there is more.
const most = { members: 32, characters: 512, large: 128 }

/** The trace that a request belongs to; undefined where it names none, or names it wrongly, which the specification wants ignored. */
export function parseTrace ({ traceparent, tracestate }: Headers): Trace | undefined {
  if (typeof traceparent !== 'string' || traceparent.length > 512) return undefined
  const [, version, ids, flags, more] = parent.exec(traceparent) ?? []
  if (ids === undefined || (version === '00' && more !== undefined)) return undefined
  // Of a later version, what version 00 knows of it (section 4.3).
  const known = version === '00' ? traceparent : `00-${ids}-${parseInt(flags!, 16) % 2 === 1 ? '01' : '00'}`
  return { traceparent: known, tracestate: typeof tracestate === 'string' ? stateIn(tracestate) : '' }
}

/** The trace in what is stored of a job. */
export function storedTrace ({ traceparent, tracestate = '' }: Partial<Trace>): Trace | undefined {
  return traceparent === undefined ? undefined : { traceparent, tracestate }
}

/** The same as members of a JSON object that follow others; '' where there is none. */
export function traceMembers (trace: Trace | undefined): string {
  if (trace === undefined) return ''
  const { traceparent, tracestate } = trace
  return `,"traceparent":"${traceparent}"${tracestate === '' ? '' : `,"tracestate":${JSON.stringify(tracestate)}`}`
}

// All of it, or none when a part is wrong: the specification lets one part not stand for the others.
function stateIn (text: string): string {
  const members = text.split(',').map(trimmed).filter(one => one !== '')
  const keys = new Set(members.map(one => one.split('=', 1)[0]))
  if (members.length > most.members || keys.size < members.length || !members.every(one => member.test(one))) return ''
  if (members.join(',').length <= most.characters) return members.join(',')
  const kept = members.filter(({ length }) => length <= most.large)
  while (kept.join(',').length > most.characters) kept.pop()
  return kept.join(',')
}

// By hand: a pattern for the spaces at the end begins anew at each space within, and takes the square of their number.
function trimmed (text: string): string {
  let [start, end] = [0, text.length]
  while (isSpace(text[start])) start++
  while (end > start && isSpace(text[end - 1])) end--
  return text.slice(start, end)
}

function isSpace (character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}
