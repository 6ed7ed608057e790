import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { words } from '../../operations/redis/assemble.ts'

const house = fileURLToPath(new URL('../../', import.meta.url))
const config = join(house, '.luacheckrc')

/**
 * What luacheck says of files of lua/: nothing if they are clean, null where there is no luacheck.
 */
export function lint (files = sources()): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'presque-luacheck-'))
  try {
    for (const [file, text] of Object.entries(files)) {
      write(join(folder, file), withHeader(file, text))
    }
    const options = ['--codes', '--no-color', '--quiet', '--no-cache', '--config', config, '.']
    const { error, status, stdout, stderr } = spawnSync('luacheck', options, {
      cwd: folder,
      encoding: 'utf8'
    })
    if (error !== undefined) return null
    return status === 0 ? '' : stdout + stderr
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function sources (): Record<string, string> {
  const names = readdirSync(join(house, 'lua'), { recursive: true, encoding: 'utf8' })
  const files = names.filter(name => name.endsWith('.lua')).map(name => `lua/${name}`)
  return Object.fromEntries(files.map(file => [file, readFileSync(join(house, file), 'utf8')]))
}

function write (file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/**
 * The text with its header executed in its first line, as the loader would do: what the header
 * names is defined, and luacheck tells which of it is not used. All other lines stay where they
 * are.
 */
function withHeader (file: string, text: string): string {
  const isPart = file.startsWith('lua/parts/')
  const args = words(text, 'args').map(arg => arg.replace('...', ''))
  const names = [
    ...(isPart ? [] : [...words(text, 'keys'), ...args]),
    ...words(text, 'use'),
    ...words(text, 'rarely')
  ]
  const all = isPart ? names : ['queue', ...names]
  const line =
    all.length > 0
      ? `local ${all.join(', ')} = ...${isPart ? '' : ' local _ = queue'} -- luacheck: ignore 631`
      : '--'
  const rest = text.slice(text.indexOf('\n'))
  return line + (isPart ? `${rest.trimEnd()} return ${basename(file, '.lua')}\n` : rest)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const said = lint()
  if (said === null) {
    console.error(
      'presque: no luacheck here, so lua/ is not linted (Debian: apt-get install lua-check)'
    )
  }
  process.stdout.write(said ?? '')
  const isClean = said === null ? process.env['LUACHECK'] !== 'required' : said === ''
  process.exitCode = isClean ? 0 : 1
}
