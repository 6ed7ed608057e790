import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const house = fileURLToPath(new URL('../../..', import.meta.url))
const notOurs = ['node_modules', 'dist', 'data', 'coverage']

export const read = (path: string): string => readFileSync(join(house, path), 'utf8')

/** All Markdown files, as paths from the root of the repository. */
export const pages = (): string[] => files('').filter(path => path.endsWith('.md'))

/** All files of code, and those that tell of settings. */
export function sources (): string[] {
  const form = /\.(ts|tsx|js|mjs|lua|py|go|yaml)$|^Dockerfile$/
  return files('')
    .filter(path => form.test(path))
    .concat('.env.example')
}

function files (folder: string): string[] {
  const entries = readdirSync(join(house, folder), { withFileTypes: true })
  return entries.flatMap(entry => {
    const path = join(folder, entry.name)
    if (notOurs.includes(entry.name) || entry.name.startsWith('.')) return []
    return entry.isDirectory() ? files(path) : [path]
  })
}

/** The page without its blocks of code; line numbers stay. */
export function withoutCode (markdown: string): string {
  return markdown.replace(/^( *)```[^]*?^\1```$/gm, block => block.replace(/[^\n]/g, ''))
}

/** The page without what a terminal shows: its blocks that are in no language, or a session. */
export function withoutSessions (markdown: string): string {
  const sessions = /^( *)```(?:console)?\n[^]*?^\1```$/gm
  return markdown.replace(sessions, block => block.replace(/[^\n]/g, ''))
}

/** The blocks of code of a page in that language; '' for those that are in none. */
export function blocks (path: string, language = ''): string[] {
  const all = [...read(path).matchAll(/^```(\w*)\n(.*?)^```$/gms)]
  return all.filter(([, of]) => of === language).map(([, , text]) => text!)
}

/** The anchors of the headings of a page, as GitHub makes them. */
export function anchors (markdown: string): Set<string> {
  const found = new Set<string>()
  for (const [, heading] of withoutCode(markdown).matchAll(/^#{1,6} (.+)$/gm)) {
    const base = slug(heading!)
    let anchor = base
    for (let n = 1; found.has(anchor); n++) anchor = `${base}-${n}`
    found.add(anchor)
  }
  return found
}

function slug (heading: string): string {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
  return text
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')
}
