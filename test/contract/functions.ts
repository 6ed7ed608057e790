import ts from 'typescript'
import { read } from './house.ts'

export interface Length {
  place: string
  lines: number
}

/** How many lines the body of each function of a source has, without comments and blank lines. */
export function functionLengths (path: string): Length[] {
  return path.endsWith('.lua') ? ofLua(path) : ofTypeScript(path)
}

function ofTypeScript (path: string): Length[] {
  const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest)
  const found: Length[] = []
  const visit = (node: ts.Node): void => {
    const body = ts.isFunctionLike(node) && 'body' in node ? node.body : undefined
    if (body !== undefined) found.push(lengthOf(source, body))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

// Of a block the lines between its braces.
function lengthOf (source: ts.SourceFile, body: ts.Node): Length {
  const line = source.getLineAndCharacterOfPosition(body.getStart(source)).line + 1
  const lines = body.getText(source).split('\n')
  const isLong = lines.length > 1
  const inner = ts.isBlock(body) && isLong ? lines.slice(1, -1) : lines
  return { place: `${source.fileName}:${line}`, lines: inner.filter(isOfCode).length }
}

function ofLua (path: string): Length[] {
  const lines = read(path).split('\n')
  return lines.flatMap((line, i) => {
    const indent = /^( *)local function /.exec(line)?.[1]
    if (indent === undefined) return []
    const inner = lines.slice(i + 1, lines.indexOf(`${indent}end`, i))
    return [{ place: `${path}:${i + 1}`, lines: inner.filter(isOfCode).length }]
  })
}

const isOfCode = (line: string): boolean => !/^\s*(?:$|\/\/|\/\*|\*|--)/.test(line)

/** The lines of the function that is longer than that share of all. */
export function quantile (lengths: Length[], share: number): number {
  const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length * share)]!
}
