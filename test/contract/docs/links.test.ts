import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'
import { anchors, pages, read, sources, withoutCode } from './markdown.ts'

const house = fileURLToPath(new URL('../../..', import.meta.url))

/** The relative links of a page, each as it is written. */
function links (path: string): string[] {
  const text = withoutCode(read(path))
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!)
  return targets.filter(target => !/^[a-z]+:/.test(target))
}

/** Says why a link of a page is wrong, if it is. */
function fault (page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#')
  const file = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(house, file))) return `${page}: ${link}: no such file`
  if (anchor === undefined || !file.endsWith('.md')) return undefined
  return anchors(read(file)).has(anchor) ? undefined : `${page}: ${link}: no such heading`
}

test('every relative link in Markdown leads to a file and a heading that exist', async t => {
  const all = pages().flatMap(page => links(page).map(link => [page, link] as const))
  t.ok(all.length > 80, `${all.length} links`)
  t.strictSame(all.map(([page, link]) => fault(page, link)).filter(Boolean), [])
})

test('every page of docs/ that a source names is there', async t => {
  const form = /(?<![\w/])docs\/[\w/-]+\.(?:md|yaml|json|service)\b/g
  const named = sources().flatMap(source => {
    return [...read(source).matchAll(form)].map(([path]) => `${source}: ${path}`)
  })
  t.ok(named.length > 10, `${named.length} are named`)
  t.strictSame(
    named.filter(name => !existsSync(join(house, name.split(': ')[1]!))),
    []
  )
})

const rooms = /^(?:bench|cli|client|clients|docs|lua|operations|plugins|routes|schemas|test|web)\//

/** The files and folders of the house that a page names in code spans. */
function named (page: string): string[] {
  const spans = [...read(page).matchAll(/`([\w./-]+)`/g)].map(([, path]) => path!)
  return spans.filter(path => rooms.test(path) && !path.includes('YYYY'))
}

test('every file that the docs name is there', async t => {
  const all = pages().filter(page => /^docs\/|^(README|CONTRIBUTING)\.md$/.test(page))
  const found = all.flatMap(page => named(page).map(path => [page, path] as const))
  t.ok(found.length > 40, `${found.length} are named`)
  const missing = found.filter(([, path]) => !existsSync(join(house, path)))
  t.strictSame(
    missing.map(([page, path]) => `${page}: ${path}`),
    []
  )
})

test('every file in the drawings of docs/architecture.md is there', async t => {
  const blocks = read('docs/architecture.md').matchAll(/^```\n(.*?)^```$/gms)
  const drawings = [...blocks].map(([, text]) => text!)
  const found = drawings.flatMap(text => text.match(/[\w-]+\/[\w/-]+\.(?:ts|lua)/g) ?? [])
  t.ok(found.length > 15, `${found.length} are named`)
  const roots = ['', 'operations']
  const isThere = (path: string) => roots.some(root => existsSync(join(house, root, path)))
  t.strictSame(
    found.filter(path => !isThere(path)),
    []
  )
})
