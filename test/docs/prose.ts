import { read, withoutCode } from './markdown.ts'

/**
 * Words that make a reader guess. A subject has a name: the client, the server, the worker, the
 * script. Those of the second line have a better one in docs/glossary.md.
 */
export const riddles = [
  /\bwhoever\b/, /\bsomebody\b/, /\bnobody\b/, /\bso many\b/, /\bwhat (?:is|was|comes)\b/,
  /\blaps(?:e|ed|es)\b/, /\b(?:ran|runs|run) out\b/, /\breclaim/, /\bcoalesc/, /\brefusals?\b/, /\bpatience\b/
]

/** How many words a sentence has at most, and a line columns. */
export const most = { words: 24, columns: 100 }

/** The pages that hold all of this. Of CHANGELOG.md it is what has not been released. */
export const held = ['docs/', 'README.md', 'CONTRIBUTING.md', 'CHANGELOG.md']

export interface Line { number: number, text: string }

/** The lines of a page on which prose stands: without code, and of the changelog the newest part. */
export function proseLines (path: string): Line[] {
  const lines = withoutCode(partOf(path)).split('\n').map((text, i) => ({ number: i + 1, text }))
  // The glossary lists the words that are not to be used.
  const own = path === 'docs/glossary.md' ? lines.filter(({ text }) => !text.startsWith('|')) : lines
  return own.map(({ number, text }) => ({ number, text: text.replace(/`[^`]*`/g, 'CODE') }))
}

/** A page; of the changelog what stands before the first release. */
export function partOf (path: string): string {
  const text = read(path)
  return path === 'CHANGELOG.md' ? text.split(/^## \[?\d/m)[0]! : text
}

/** The sentences of the paragraphs and of the items of lists; tables and headings have none. */
export function sentences (path: string): Line[] {
  return blocks(path).flatMap(({ number, text }) => {
    const plain = text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[*_]{1,2}/g, '')
    return plain.split(/(?<=[.?!]["')]*)\s+/).map(sentence => ({ number, text: sentence }))
  })
}

// Paragraphs and items, each on one line.
function blocks (path: string): Line[] {
  const found: Line[] = []
  let open: Line | undefined
  for (const { number, text } of proseLines(path)) {
    const isProse = text.trim() !== '' && !/^\s*(\||#|<|!\[)/.test(text)
    const begins = /^\s*([-*]|\d+\.) /.test(text)
    if (!isProse || begins) open = undefined
    if (!isProse) continue
    const words = text.trim().replace(/^([-*]|\d+\.) /, '')
    if (open === undefined) found.push(open = { number, text: words })
    else open.text += ` ${words}`
  }
  return found
}

export const countWords = (sentence: string): number => sentence.split(/\s+/).filter(word => /[\p{L}\p{N}]/u.test(word)).length

/** Whether a line is too long, and could be broken: not a row of a table, a picture or one long word. */
export function isTooLong (text: string): boolean {
  const isBreakable = !/^(\||!\[)/.test(text) && !/^\s*(\S+ )?\S{80,}$/.test(text)
  return text.length > most.columns && isBreakable
}
