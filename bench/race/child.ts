import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** A process, or a group of them, that ends with this one. */
export interface Child {
  pid: number
  stop (): Promise<void>
}

export const root = fileURLToPath(new URL('../..', import.meta.url))

const duties = new Set<() => void>()
process.on('exit', () => duties.forEach(duty => duty()))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => process.exit(1))
}

/**
 * Has something done before this process ends, however it does but by SIGKILL. Returns how to take
 * that back.
 */
export function atExit (duty: () => void): () => void {
  duties.add(duty)
  return () => duties.delete(duty)
}

// The group of a process, so that whatever it has started ends too.
function killGroup (leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

/** Starts a server in a process group of its own. */
export function start (
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
  stderr: 'inherit' | 'ignore' | 'pipe' = 'inherit'
): Child & { stdin: Writable, stdout: Readable, stderr: Readable | null } {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', stderr],
    detached: true
  })
  const pid = child.pid!
  const gone = once(child, 'close')
  const relieve = atExit(() => killGroup(pid))
  const stop = async () => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => killGroup(pid), 5000)
    await gone
    clearTimeout(timer)
    killGroup(pid)
    relieve()
  }
  return { pid, stop, stdin: child.stdin!, stdout: child.stdout!, stderr: child.stderr }
}

/** Starts a server that says where it is `serving`, and resolves with its URL too. */
export async function startServer (
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv
): Promise<Child & { url: string }> {
  const child = start(command, args, env, 'pipe')
  const outputs = [child.stdout, child.stderr!]
  return await new Promise((resolve, reject) => {
    for (const output of outputs) {
      createInterface(output).on('line', line => {
        const url = /serving\s+(http:\S+)/.exec(line)?.[1]
        if (url !== undefined) resolve({ ...child, url })
        else if (output === child.stderr) console.error(line)
      })
    }
    child.stdout.once('end', () => {
      reject(new Error(`${[command, ...args].join(' ')} ended before it served`))
    })
  })
}

/** What a program prints. Rejects with its own words when it fails. */
export async function output (command: string, args: string[]): Promise<string> {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true
  })
  const relieve = atExit(() => killGroup(child.pid!))
  const texts: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => texts.push(text))
  }
  const [code] = await once(child, 'close')
  relieve()
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${texts.join('')}`)
  return texts.join('')
}

const tick = 1e6 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** CPU time in microseconds that a process has used, or all of the group that it leads. */
export function cpu (leader: number): number {
  let ticks = 0
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    const [, , group, ...rest] = status(pid)
    if (Number(pid) === leader || Number(group) === leader) {
      ticks += Number(rest[8]) + Number(rest[9])
    }
  }
  return ticks * tick
}

// What follows the name, which may hold anything, in /proc/PID/stat: state, parent, group, and nine
// fields on the times.
function status (pid: string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(') ') + 2).split(' ')
  } catch {
    return []
  }
}
