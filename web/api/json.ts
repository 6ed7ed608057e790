import { skipSpace, valueEnd } from '../../client/json-text.ts'

const deepest = 100

/** On lines of their own, and indented; numbers, strings and names stay as they were written. */
export function pretty (text: string): string {
  const parts: string[] = []
  let depth = 0
  const line = () => `\n${'  '.repeat(Math.min(depth, deepest))}`
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const letter = text[at]!
    if (letter === '{' || letter === '[') {
      const next = skipSpace(text, at + 1)
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
