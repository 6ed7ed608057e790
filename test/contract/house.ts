import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const house = fileURLToPath(new URL('../..', import.meta.url))
export const rooms = [
  'bench',
  'cli',
  'client',
  'clients',
  'docs',
  'lua',
  'operations',
  'plugins',
  'routes',
  'schemas',
  'test',
  'web'
]
/** Folders that no commit holds. */
export const notOurs = ['node_modules', 'dist', 'data', 'coverage']

export const read = (path: string): string => readFileSync(join(house, path), 'utf8')

/** All files below a folder of the house, as paths from its door. */
export function files (folder: string): string[] {
  if (!existsSync(join(house, folder))) return []
  const path = join(house, folder)
  if (!statSync(path).isDirectory()) return [folder]
  return readdirSync(path)
    .filter(name => !notOurs.includes(name) && !name.startsWith('.'))
    .flatMap(name => files(join(folder, name)))
}

export const isCode = (path: string): boolean =>
  ['.ts', '.mjs', '.js', '.cjs', '.tsx'].includes(extname(path))

export const isSource = (path: string): boolean => isCode(path) || /\.(lua|css)$/.test(path)

export const withoutComments = (code: string): string =>
  code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')

/** The folders below a room, and the room, each with the sources that lie in it. */
function sourcesByFolder (room: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const path of files(room).filter(isSource)) {
    found.set(dirname(path), [...(found.get(dirname(path)) ?? []), path])
  }
  return found
}

/** The rooms of sources. */
export const ofSources = rooms.filter(room => !['clients', 'docs', 'test'].includes(room))
/** Their folders, each with the sources that lie in it. */
export const folders = new Map(ofSources.flatMap(room => [...sourcesByFolder(room)]))
