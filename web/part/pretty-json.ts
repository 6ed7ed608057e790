import { skipSpace, valueEnd } from '../../client/json-text.ts'

const deepestIndent = 100

type Kind = 'open' | 'close' | 'comma' | 'colon' | 'value'

const kinds: Record<string, Kind> = {
  '{': 'open', '[': 'open', '}': 'close', ']': 'close', ',': 'comma', ':': 'colon'
}

/** Indents JSON, an element a line. Numbers, strings and names stay as they were written. */
export function pretty (text: string): string {
  let depth = 0
  const line = () => `\n${'  '.repeat(Math.min(depth, deepestIndent))}`
  return pairs(tokens(text)).map(token => {
    const kind = kinds[token] ?? 'value'
    if (kind === 'comma') return `,${line()}`
    if (kind === 'colon') return ': '
    if (kind === 'open') depth++
    if (kind === 'close') depth--
    if (kind === 'open') return token + line()
    return kind === 'close' ? line() + token : token
  }).join('')
}

function tokens (text: string): string[] {
  const found: string[] = []
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const isValue = !(text[at]! in kinds)
    const end = isValue ? Math.max(valueEnd(text, at), at + 1) : at + 1
    found.push(text.slice(at, end))
    at = end
  }
  return found
}

// An empty object or list stays on one line: it is one token.
function pairs (tokens: string[]): string[] {
  const found: string[] = []
  for (const token of tokens) {
    const isEmpty = kinds[token] === 'close' && kinds[found.at(-1) ?? ''] === 'open'
    if (isEmpty) found.push(found.pop()! + token)
    else found.push(token)
  }
  return found
}
