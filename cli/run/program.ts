import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Readable } from 'node:stream'

// In bytes. A result of that size fits into a body of 1 MiB even if every byte is escaped.
export const mostOutput = 128 * 1024
// In characters.
export const mostTail = 8 * 1024
const mostLine = 4 * 1024

type Exit = [code: number | null, signal: NodeJS.Signals | null]

export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: Buffer
  /** Whether the program wrote more than that. */
  cut: boolean
  /** The end of stderr. */
  tail: string
  /** Why the program did not start. */
  error?: Error
}

/** A program that runs for a job, in a process group of its own: what it starts ends with it. */
export class Program {
  readonly pid: number | undefined
  readonly ended: Promise<Ending>
  readonly #process: ChildProcess
  #stopping = false

  constructor (
    program: string, args: string[], env: NodeJS.ProcessEnv, payload: string,
    onLine: (line: string) => void
  ) {
    this.#process = spawn(program, args, { env, stdio: 'pipe', detached: true })
    this.pid = this.#process.pid
    this.ended = this.#end(onLine)
    // The program need not read its payload.
    this.#process.stdin!.on('error', () => {})
    this.#process.stdin!.end(payload)
  }

  /** Sends SIGTERM to the whole group, and SIGKILL `seconds` later. */
  async stop (seconds: number): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    this.signal('SIGTERM')
    const over = new AbortController()
    void this.ended.then(() => over.abort())
    const kill = () => this.signal('SIGKILL')
    await delay(seconds * 1000, undefined, { signal: over.signal }).then(kill, () => {})
  }

  signal (signal: NodeJS.Signals): void {
    if (this.pid === undefined) return
    try {
      process.kill(-this.pid, signal)
    } catch {}
  }

  async #end (onLine: (line: string) => void): Promise<Ending> {
    const { stdout, stderr } = this.#process
    const out = new Output(stdout!)
    const tail = new Tail(stderr!, onLine)
    const closed = once(this.#process, 'close').catch(() => {})
    try {
      const [code, signal] = await once(this.#process, 'exit') as Exit
      this.signal('SIGKILL')
      // A process that has left the group may hold the output open for ever.
      await Promise.race([closed, delay(1000, undefined, { ref: false })])
      return { code, signal, stdout: out.bytes(), cut: out.cut, tail: tail.end() }
    } catch (error) {
      const nothing = { code: null, signal: null, stdout: Buffer.alloc(0), cut: false, tail: '' }
      return { ...nothing, error: error as Error }
    } finally {
      stdout!.destroy()
      stderr!.destroy()
    }
  }
}

// Keeps the beginning. The rest is read, so that the program can go on, and dropped.
class Output {
  cut = false
  readonly #pieces: Buffer[] = []
  #size = 0

  constructor (from: Readable) {
    from.on('error', () => {}).on('data', (piece: Buffer) => {
      const room = mostOutput - this.#size
      if (piece.length > room) this.cut = true
      if (room > 0) this.#pieces.push(piece.subarray(0, room))
      this.#size += Math.min(piece.length, room)
    })
  }

  bytes (): Buffer {
    return Buffer.concat(this.#pieces)
  }
}

// Passes each line on, and keeps the end.
class Tail {
  #text = ''
  #line = ''
  readonly #onLine: (line: string) => void

  constructor (from: Readable, onLine: (line: string) => void) {
    this.#onLine = onLine
    from.setEncoding('utf8').on('error', () => {}).on('data', (piece: string) => this.#add(piece))
  }

  #add (piece: string): void {
    this.#text = (this.#text + piece).slice(-mostTail)
    const lines = (this.#line + piece).split('\n')
    this.#line = lines.pop()!
    for (const line of lines) this.#onLine(line.slice(0, mostLine))
    if (this.#line.length <= mostLine) return
    this.#onLine(this.#line.slice(0, mostLine))
    this.#line = ''
  }

  end (): string {
    if (this.#line !== '') this.#onLine(this.#line)
    return this.#text
  }
}
