import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const script = fileURLToPath(new URL('../../../cli/setup.mjs', import.meta.url))
const PAST = new Date('2020-01-01')

// Notes how it was called, waits for the file `go` if there is a file `wait`, and leaves what npm
// leaves.
const NPM = `
const { appendFileSync, existsSync, mkdirSync, watch, writeFileSync } = require('node:fs')
appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n')
const leave = () => {
  mkdirSync('node_modules', { recursive: true })
  writeFileSync('node_modules/.package-lock.json', '')
}
if (existsSync('fail')) { console.error('npm error code ENOTFOUND'); process.exit(1) }
if (!existsSync('wait')) leave()
else {
  const look = () => { if (existsSync('go')) { watcher.close(); leave() } }
  const watcher = watch('.', look)
  look()
}
`

export type Files = Record<string, string>

/** A folder of a project that lacks its packages; removed when the test ends. */
export function project (t: Test, files: Files = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'presque-test-'))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  write(root, {
    'package.json': '{ "type": "commonjs" }',
    'package-lock.json': '{}',
    'npm-cli.js': NPM,
    ...files
  })
  return root
}

export function write (root: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
}

/** A folder of a project that has its packages. */
export function installed (t: Test, files: Files = {}): string {
  const root = project(t, { 'node_modules/.package-lock.json': '', ...files })
  utimesSync(join(root, 'package-lock.json'), PAST, PAST)
  return root
}

export interface Ended {
  code: number
  said: string
}

/** cli/setup.mjs at work on that folder. */
export function begin (root: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const { REDIS_URL, ...inherited } = process.env
  const child = spawn(process.execPath, [script, ...args, root], {
    env: { ...inherited, npm_execpath: join(root, 'npm-cli.js'), ...env },
    stdio: ['ignore', 'inherit', 'pipe']
  })
  const ended: Promise<Ended> = Promise.all([text(child.stderr), once(child, 'exit')]).then(
    ([said, [code]]) => ({ code, said })
  )
  return { child, ended }
}

export function run (root: string, args: string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
  return begin(root, args, env).ended
}
