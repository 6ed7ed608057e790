/**
 * The trace of a push (W3C Trace Context), which goes out with each delivery of its job.
 * `tracestate` is '' for none.
 */
export interface Trace { traceparent: string, tracestate: string }

/** The headers of a request, as Node gives them. */
interface Headers { traceparent?: unknown, tracestate?: unknown }

const ids = '((?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16})'
const parent = new RegExp(`^(?!ff)([0-9a-f]{2})-${ids}-([0-9a-f]{2})(-.*)?$`)
const member = /^(?:[a-z0-9][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

// Section 3.3.1: this much must be passed on, and large members are cut first where there is more.
const limits = { members: 32, characters: 512, large: 128 }

/** The trace of a request; undefined if it has none, or one that the specification has ignored. */
export function parseTrace ({ traceparent, tracestate }: Headers): Trace | undefined {
  if (typeof traceparent !== 'string' || traceparent.length > 512) return undefined
  const [, version, ids, flags, more] = parent.exec(traceparent) ?? []
  if (ids === undefined || (version === '00' && more !== undefined)) return undefined
  // Of a later version, the part that version 00 knows (section 4.3).
  const sampled = parseInt(flags!, 16) % 2 === 1 ? '01' : '00'
  const known = version === '00' ? traceparent : `00-${ids}-${sampled}`
  const state = typeof tracestate === 'string' ? parseState(tracestate) : ''
  return { traceparent: known, tracestate: state }
}

/** The trace in the details of a stored job. */
export function storedTrace ({ traceparent, tracestate = '' }: Partial<Trace>): Trace | undefined {
  return traceparent === undefined ? undefined : { traceparent, tracestate }
}

/** The same as members of a JSON object that follow others; '' where there is none. */
export function traceMembers (trace: Trace | undefined): string {
  if (trace === undefined) return ''
  const { traceparent, tracestate } = trace
  const state = tracestate === '' ? '' : `,"tracestate":${JSON.stringify(tracestate)}`
  return `,"traceparent":"${traceparent}"${state}`
}

// All of it, or none when a member is wrong: the specification allows no other part.
function parseState (text: string): string {
  const members = text.split(',').map(trim).filter(one => one !== '')
  const keys = new Set(members.map(one => one.split('=', 1)[0]))
  const isWrong = members.length > limits.members || keys.size < members.length
  if (isWrong || !members.every(one => member.test(one))) return ''
  if (members.join(',').length <= limits.characters) return members.join(',')
  const kept = members.filter(({ length }) => length <= limits.large)
  while (kept.join(',').length > limits.characters) kept.pop()
  return kept.join(',')
}

// By hand: a regular expression for the spaces at the end starts again at each space within, and
// takes the square of their number.
function trim (text: string): string {
  let [start, end] = [0, text.length]
  while (isSpace(text[start])) start++
  while (end > start && isSpace(text[end - 1])) end--
  return text.slice(start, end)
}

function isSpace (character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}
