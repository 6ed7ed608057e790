/**
 * The text of the value under `name` in a JSON object, byte for byte; undefined when there is none.
 * `text` must have been through JSON.parse(), which has checked the parts that are skipped here. Of
 * several members of one name the last counts, as in JSON.parse().
 */
export function memberText (text: string, name: string): string | undefined {
  const at = findMember(text, name)
  return at === -1 ? undefined : text.slice(at, skipValue(text, at))
}

/** The text of each element of the array under `name`, likewise; [] when there is no array. */
export function elementTexts (text: string, name: string): string[] {
  const at = findMember(text, name)
  return at === -1 ? [] : elements(text, at)
}

function findMember (text: string, name: string): number {
  let found = -1
  let at = skipSpace(text, skipSpace(text, 0) + 1)
  while (text[at] === '"') {
    const end = skipValue(text, at)
    const value = skipSpace(text, skipSpace(text, end) + 1)
    if (JSON.parse(text.slice(at, end)) === name) found = value
    at = skipSpace(text, skipValue(text, value))
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return found
}

function elements (text: string, array: number): string[] {
  const found: string[] = []
  let at = skipSpace(text, array + 1)
  while (text[at] !== ']') {
    const end = skipValue(text, at)
    found.push(text.slice(at, end))
    at = skipSpace(text, end)
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return found
}

function skipSpace (text: string, at: number): number {
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++
  return at
}

const structure = /["[\]{}]/g
const scalarEnd = /[\s,\]}]/g

// Strings are skipped whole: a bracket within one is no bracket.
function skipValue (text: string, at: number): number {
  if (text[at] === '"') return skipString(text, at)
  if (text[at] !== '{' && text[at] !== '[') return next(scalarEnd, text, at)
  let depth = 0
  do {
    at = next(structure, text, at)
    const mark = text[at]
    if (mark === '"') {
      at = skipString(text, at)
    } else {
      depth += mark === '{' || mark === '[' ? 1 : -1
      at++
    }
  } while (depth > 0)
  return at
}

function skipString (text: string, at: number): number {
  let end = at
  do end = text.indexOf('"', end + 1)
  while (isEscaped(text, end))
  return end + 1
}

function isEscaped (text: string, at: number): boolean {
  let backslashes = 0
  while (text[at - 1 - backslashes] === '\\') backslashes++
  return backslashes % 2 === 1
}

function next (pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from
  return pattern.exec(text)?.index ?? text.length
}
