import { read, withoutCode } from './markdown.ts'

/**
 * Words that make a reader guess. A subject has a name: the client, the server, the worker, the
 * script. Those of the second line have a better one in docs/glossary.md.
 */
export const riddles = [
  /\bwhoever\b/,
  /\bsomebody\b/,
  /\bnobody\b/,
  /\bso many\b/,
  /\bwhat (?:is|was|comes)\b/,
  /\blaps(?:e|ed|es)\b/,
  /\b(?:ran|runs|run) out\b/,
  /\breclaim/,
  /\bcoalesc/,
  /\brefusals?\b/,
  /\bpatience\b/
]

/** How many words a sentence has at most, and a line columns. */
export const most = { words: 24, columns: 100 }

/**
 * All pages hold this, but for the records of measurements, which stay as they were written. Of
 * CHANGELOG.md it is the part that has not been released.
 */
export const isHeld = (path: string): boolean => !path.startsWith('bench/results/')

export interface Line {
  number: number
  text: string
}

/** The lines of a page that hold prose: without code, and of the changelog the newest part. */
export function proseLines (path: string): Line[] {
  const lines = withoutCode(partOf(path))
    .split('\n')
    .map((text, i) => ({ number: i + 1, text }))
  // The glossary lists the words that are not to be used.
  const isProse = ({ text }: Line) => path !== 'docs/glossary.md' || !text.startsWith('|')
  return lines.filter(isProse).map(withoutSpans)
}

// Code in a line of prose is one word.
function withoutSpans ({ number, text }: Line): Line {
  return { number, text: text.replace(/`[^`]*`/g, 'CODE') }
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
    if (open === undefined) found.push((open = { number, text: words }))
    else open.text += ` ${words}`
  }
  return found
}

export function countWords (sentence: string): number {
  return sentence.split(/\s+/).filter(word => /[\p{L}\p{N}]/u.test(word)).length
}

/** Whether a line is too long and could be broken: no row of a table, no picture, no long word. */
export function isTooLong (text: string): boolean {
  const isBreakable = !/^(\||!\[)/.test(text) && !/^\s*(\S+ )?\S{80,}$/.test(text)
  return text.length > most.columns && isBreakable
}

const slashes = /\/\*[^]*?\*\/|(?<=^|\s)\/\/.*/gm
const hashes = /"{3}[^]*?"{3}|(?<=^|\s)#.*/gm

function commentForm (path: string): RegExp {
  if (path.endsWith('.lua')) return /--.*/g
  return /\.(py|yaml)$|^Dockerfile$|^\.env/.test(path) ? hashes : slashes
}

/** The titles of the tests of a file, each as it is told. */
export function titles (path: string): Line[] {
  const text = read(path)
  return [...text.matchAll(/\btest\(\s*((?:(['"`]).*?\2\s*\+?\s*)+)/g)].map(({ 1: title, index }) => {
    const number = text.slice(0, index).split('\n').length
    return { number, text: title!.replace(/(['"`])\s*\+\s*['"`]/g, '') }
  })
}

/** The lines of the comments of a source. */
export function commentLines (path: string): Line[] {
  const text = read(path)
  const form = commentForm(path)
  return [...text.matchAll(form)].flatMap(({ 0: comment, index }) => {
    const first = text.slice(0, index).split('\n').length
    return comment.split('\n').map((line, i) => withoutSpans({ number: first + i, text: line }))
  })
}

/** The words of some lines that make a reader guess, each with its place. */
export function riddlesIn (path: string, lines: Line[]): string[] {
  return lines.flatMap(({ number, text }) => {
    return riddleWords(text).map(word => `${path}:${number}: ${word}`)
  })
}

/** The words of a text that make a reader guess. */
export function riddleWords (text: string): string[] {
  return riddles.flatMap(riddle => new RegExp(riddle, 'i').exec(text)?.[0] ?? [])
}

/** Every text below one of these names, in a document of any depth. */
export function textsBelow (names: string[], value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    const isNamed = typeof inner === 'string' && names.includes(name)
    return isNamed ? [inner] : textsBelow(names, inner)
  })
}
