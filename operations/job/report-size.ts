import { elementTexts, memberText } from '../json-text.ts'

/** The most bytes of JSON text: that are stored of an error, and that a progress may have. */
export const limits = { error: 64 * 1024, progress: 64 * 1024 }

// How many bytes of JSON text are stored of each member of an error that is too large.
const shares = { type: 1024, message: 16 * 1024, backtrace: 44 * 1024 }

/** Whether a text has at most `bytes` bytes. */
export function fitsBytes (text: string, bytes: number): boolean {
  return text.length * 3 <= bytes || Buffer.byteLength(text) <= bytes
}

/**
 * The JSON text that is stored of an error: byte for byte where it fits. Of a larger one `type`,
 * `message` and `backtrace` remain, each cut in its middle with a mark, and `cut`: its bytes.
 */
export function truncateError (text: string): string {
  if (fitsBytes(text, limits.error)) return text
  const members = Object.entries(shares).flatMap(([name, share]) => {
    const member = memberText(text, name)
    return member === undefined ? [] : [`"${name}":${truncateMember(text, name, member, share)}`]
  })
  return `{${[...members, `"cut":${Buffer.byteLength(text)}`].join(',')}}`
}

function truncateMember (text: string, name: string, member: string, share: number): string {
  if (fitsBytes(member, share)) return member
  if (member.startsWith('"')) return truncateText(JSON.parse(member), share)
  const isArray = member.startsWith('[')
  const lines = isArray ? truncateLines(elementTexts(text, name), share) : undefined
  return lines ?? truncateText(member, share)
}

// The mark has fewer bytes than that.
const markBytes = 64

function truncateText (text: string, share: number): string {
  const weightAt = (at: number) => weight(text.charCodeAt(at))
  const [head, tail] = ends(text.length, (share - markBytes) / 2, weightAt)
  // Only escapes or spaces that it does not need have made it too long.
  if (head >= tail) return JSON.stringify(text)
  const first = isHigh(text.charCodeAt(head - 1)) ? head - 1 : head
  const last = isLow(text.charCodeAt(tail)) ? tail + 1 : tail
  const mark = ` ... (${last - first} characters cut) ... `
  return JSON.stringify(text.slice(0, first) + mark + text.slice(last))
}

// undefined where one line is so long that none before it or after it fits.
function truncateLines (lines: string[], share: number): string | undefined {
  const weightAt = (at: number) => Buffer.byteLength(lines[at] ?? '') + 1
  const [head, tail] = ends(lines.length, (share - markBytes) / 2, weightAt)
  if (head >= tail) return `[${lines.join(',')}]`
  if (head === 0) return undefined
  const mark = `"... (${tail - head} lines cut) ..."`
  return `[${[...lines.slice(0, head), mark, ...lines.slice(tail)].join(',')}]`
}

// Where the first part ends and the last part begins, if each may weigh `room`.
function ends (
  length: number, room: number, weightAt: (at: number) => number
): [head: number, tail: number] {
  let head = 0
  for (let left = room - weightAt(0); left >= 0 && head < length; left -= weightAt(head)) head++
  let tail = length
  let left = room - weightAt(length - 1)
  for (; left >= 0 && tail > head; left -= weightAt(tail - 1)) tail--
  return [head, tail]
}

// The most bytes of a character in JSON. Half of a pair may stand alone, and is then an escape.
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
