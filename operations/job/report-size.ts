import { elementTexts, memberText } from '../json-text.ts'

/** In bytes of JSON text: what is kept of an error, and the most that a progress may have. */
export const limits = { error: 64 * 1024, progress: 64 * 1024 }

// In bytes of JSON text: how much of each member of an error that is cut is kept.
const shares = { type: 1024, message: 16 * 1024, backtrace: 44 * 1024 }

/** Whether a JSON text has at most so many bytes. */
export function fitsBytes (text: string, bytes: number): boolean {
  return text.length * 3 <= bytes || Buffer.byteLength(text) <= bytes
}

/**
 * The JSON text of an error as it is kept: byte for byte where it fits. Of a larger one `type`, `message` and `backtrace`
 * stay, each cut in its middle with a mark, and `cut` says how many bytes there were.
 */
export function truncateError (text: string): string {
  if (fitsBytes(text, limits.error)) return text
  const members = Object.entries(shares).flatMap(([name, share]) => {
    const member = memberText(text, name)
    return member === undefined ? [] : [`"${name}":${keptMember(text, name, member, share)}`]
  })
  return `{${[...members, `"cut":${Buffer.byteLength(text)}`].join(',')}}`
}

function keptMember (text: string, name: string, member: string, share: number): string {
  if (fitsBytes(member, share)) return member
  if (member.startsWith('"')) return cutText(JSON.parse(member), share)
  const lines = member.startsWith('[') ? cutLines(elementTexts(text, name), share) : undefined
  return lines ?? cutText(member, share)
}

// The mark has fewer bytes than that.
const mark = 64

function cutText (text: string, share: number): string {
  const [head, tail] = ends(text.length, (share - mark) / 2, at => weight(text.charCodeAt(at)))
  // Written with escapes or spaces that it does not need.
  if (head >= tail) return JSON.stringify(text)
  const first = isHigh(text.charCodeAt(head - 1)) ? head - 1 : head
  const last = isLow(text.charCodeAt(tail)) ? tail + 1 : tail
  return JSON.stringify(`${text.slice(0, first)} ... (${last - first} characters cut) ... ${text.slice(last)}`)
}

// Nothing where a line is so long that none before or after it is kept.
function cutLines (lines: string[], share: number): string | undefined {
  const [head, tail] = ends(lines.length, (share - mark) / 2, at => Buffer.byteLength(lines[at] ?? '') + 1)
  if (head >= tail) return `[${lines.join(',')}]`
  if (head === 0) return undefined
  return `[${[...lines.slice(0, head), `"... (${tail - head} lines cut) ..."`, ...lines.slice(tail)].join(',')}]`
}

// Where the first part ends and the last begins, if each of them may weigh so much.
function ends (length: number, room: number, weigh: (at: number) => number): [head: number, tail: number] {
  let head = 0
  for (let left = room - weigh(0); left >= 0 && head < length; left -= weigh(head)) head++
  let tail = length
  for (let left = room - weigh(length - 1); left >= 0 && tail > head; left -= weigh(tail - 1)) tail--
  return [head, tail]
}

// The bytes of a character in JSON at most; each half of a pair may stand alone, and is then an escape.
function weight (code: number): number {
  if (code < 0x20 || isHigh(code) || isLow(code)) return 6
  if (code === 0x22 || code === 0x5C) return 2
  return code < 0x80 ? 1 : code < 0x800 ? 2 : 3
}

function isHigh (code: number): boolean {
  return code >= 0xD800 && code <= 0xDBFF
}

function isLow (code: number): boolean {
  return code >= 0xDC00 && code <= 0xDFFF
}
