import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { output, root } from '../race/child.ts'
import { say } from '../race/say.ts'

/** A program that may have to be made first. */
interface Program {
  /** Why it cannot be had, if so. */
  missing (): Promise<string | undefined>
  path (): Promise<string>
}

// In no folder of the work tree: a run leaves that as it was.
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'presque-bench')
const folder = join(root, 'bench/workers')

/** presque's Go worker and asynq's, built from the versions that go.sum names. */
export const goProgram = once(async () => {
  await requireTool('go', ['version'])
  say(`building the workers in Go in ${cache}`)
  const path = join(cache, 'go-workers')
  await output('go', ['build', '-C', join(folder, 'go'), '-mod=readonly', '-o', path, '.'])
  return path
})

export const python = once(async () => {
  await requireTool('python3', ['--version'])
  return 'python3'
})

/** A Python that has dramatiq, of the version that requirements.txt names. */
export const pythonWithDramatiq = once(async () => {
  await requireTool('python3', ['--version'])
  const venv = join(cache, 'venv')
  const path = join(venv, 'bin/python')
  if (!existsSync(path)) await output('python3', ['-m', 'venv', venv])
  const wanted = ['-r', join(folder, 'requirements.txt')]
  say(`installing dramatiq in ${venv}`)
  await output(path, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...wanted])
  return path
})

async function requireTool (name: string, args: string[]): Promise<void> {
  const isThere = await output(name, args).then(() => true, () => false)
  if (!isThere) throw new Error(`there is no ${name}`)
}

/** Makes it when it is first asked for, and never twice. */
function once (make: () => Promise<string>): Program {
  let made: Promise<string> | undefined
  const path = async () => {
    made ??= mkdir(cache, { recursive: true }).then(make)
    return await made
  }
  const missing = async () => await path().then(() => undefined, lastWords)
  return { path, missing }
}

function lastWords (error: Error): string {
  return error.message.trim().split('\n').at(-1)!
}
