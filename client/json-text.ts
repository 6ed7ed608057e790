/**
 * JSON as text, byte for byte as it was written. JSON.parse() would round 12345678901234567890,
 * drop white space, and keep one of two members of the same name. Texts that are
 * read here have been checked to be JSON: by the server that sent them, or by JSON.parse().
 */

/** A value that is JSON text already: a client sends it as it stands. */
export class JsonText {
  readonly text: string

  constructor (text: string) {
    this.text = text
  }
}

/** The members of an object, each value as it was written; of equal names the last. */
export function members (text: string): Map<string, string> {
  const found = new Map<string, string>()
  let at = skipSpace(text, skipSpace(text, 0) + 1)
  while (text[at] === '"') {
    const nameEnd = stringEnd(text, at)
    const begin = skipSpace(text, skipSpace(text, nameEnd) + 1)
    const end = valueEnd(text, begin)
    found.set(JSON.parse(text.slice(at, nameEnd)), text.slice(begin, end))
    at = skipComma(text, end)
  }
  return found
}

/** The elements of an array, as they were written. */
export function elements (text: string): string[] {
  const found: string[] = []
  let at = skipSpace(text, skipSpace(text, 0) + 1)
  while (at < text.length && text[at] !== ']') {
    const end = valueEnd(text, at)
    found.push(text.slice(at, end))
    at = skipComma(text, end)
  }
  return found
}

/** The elements of the array that is a member of an object; none where there is no such member. */
export function elementsOf (text: string, member: string): string[] {
  return elements(members(text).get(member) ?? '[]')
}

/** Where white space that begins at `at`, if any, ends. */
export function skipSpace (text: string, at: number): number {
  let end = at
  while (isSpace(text[end])) end++
  return end
}

const structure = /["[\]{}]/g
const scalarEnd = /[\s,\]}]/g

/** Where the value that begins at `at` ends. */
export function valueEnd (text: string, at: number): number {
  if (text[at] === '"') return stringEnd(text, at)
  if (text[at] !== '{' && text[at] !== '[') return find(scalarEnd, text, at)
  let depth = 0
  let end = at
  do {
    end = find(structure, text, end)
    const mark = text[end]
    // A string is skipped whole: a bracket within one is no bracket.
    end = mark === '"' ? stringEnd(text, end) : end + 1
    if (mark === '{' || mark === '[') depth++
    if (mark === '}' || mark === ']') depth--
  } while (depth > 0 && end < text.length)
  return end
}

function stringEnd (text: string, at: number): number {
  let end = at
  do {
    end = text.indexOf('"', end + 1)
    if (end === -1) return text.length
  } while (isEscaped(text, end))
  return end + 1
}

function isEscaped (text: string, at: number): boolean {
  let backslashes = 0
  while (text[at - 1 - backslashes] === '\\') backslashes++
  return backslashes % 2 === 1
}

function skipComma (text: string, at: number): number {
  const end = skipSpace(text, at)
  return text[end] === ',' ? skipSpace(text, end + 1) : end
}

function isSpace (letter: string | undefined): boolean {
  return letter === ' ' || letter === '\n' || letter === '\r' || letter === '\t'
}

function find (pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from
  return pattern.exec(text)?.index ?? text.length
}
