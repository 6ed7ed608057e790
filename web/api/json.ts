/**
 * JSON as text. Payloads are shown byte for byte: JSON.parse() would round 12345678901234567890, and lose spaces and
 * duplicate keys. All that is read here comes from the server, which has checked it to be JSON.
 */

const blank = /[ \t\r\n]*/y
const scalar = /[^\s,\]}:]+/y

function after (pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

function stringEnd (text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i + 1
  }
  return text.length
}

/** Where the value ends that begins at `at`. */
function valueEnd (text: string, at: number): number {
  if (text[at] === '"') return stringEnd(text, at)
  if (text[at] !== '{' && text[at] !== '[') return after(scalar, text, at)
  let depth = 0
  for (let i = at; i < text.length;) {
    const letter = text[i]!
    if (letter === '"') {
      i = stringEnd(text, i)
      continue
    }
    if (letter === '{' || letter === '[') depth++
    else if (letter === '}' || letter === ']') depth--
    i++
    if (depth === 0) return i
  }
  return text.length
}

/** The members of an object, each value as it was written; of equal names the last. */
export function members (text: string): Map<string, string> {
  const found = new Map<string, string>()
  let at = after(blank, text, text.indexOf('{') + 1)
  while (text[at] === '"') {
    const nameEnd = stringEnd(text, at)
    const begin = after(blank, text, text.indexOf(':', nameEnd) + 1)
    const end = valueEnd(text, begin)
    found.set(JSON.parse(text.slice(at, nameEnd)), text.slice(begin, end))
    at = after(blank, text, after(blank, text, end) + 1)
  }
  return found
}

/** The elements of an array, as they were written. */
export function elements (text: string): string[] {
  const found: string[] = []
  let at = after(blank, text, text.indexOf('[') + 1)
  while (at < text.length && text[at] !== ']') {
    const end = valueEnd(text, at)
    found.push(text.slice(at, end))
    at = after(blank, text, end)
    if (text[at] === ',') at = after(blank, text, at + 1)
  }
  return found
}

const deepest = 100

/** On lines of their own, and indented; numbers, strings and names stay as they were written. */
export function pretty (text: string): string {
  const parts: string[] = []
  let depth = 0
  const line = () => `\n${'  '.repeat(Math.min(depth, deepest))}`
  for (let at = after(blank, text, 0); at < text.length; at = after(blank, text, at)) {
    const letter = text[at]!
    if (letter === '{' || letter === '[') {
      const next = after(blank, text, at + 1)
      const empty = text[next] === '}' || text[next] === ']'
      if (empty) parts.push(text[at]!, text[next]!)
      else {
        depth++
        parts.push(letter, line())
      }
      at = empty ? next + 1 : at + 1
    } else if (letter === '}' || letter === ']') {
      depth--
      parts.push(line(), letter)
      at++
    } else if (letter === ',' || letter === ':') {
      parts.push(letter === ',' ? `,${line()}` : ': ')
      at++
    } else {
      const end = Math.max(valueEnd(text, at), at + 1)
      parts.push(text.slice(at, end))
      at = end
    }
  }
  return parts.join('')
}
