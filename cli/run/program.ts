import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Readable } from 'node:stream'

// What a result may be; with every byte escaped it still fits into a body of 1 MiB.
export const mostOutput = 128 * 1024
export const mostTail = 8 * 1024
const mostLine = 4 * 1024

export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: Buffer
  /** stdout held more than that. */
  cut: boolean
  /** The end of stderr. */
  tail: string
  /** It did not even start. */
  error?: Error
}

/** A program at work on one job, in a process group of its own: what it starts ends with it. */
export class Child {
  readonly pid: number | undefined
  readonly ended: Promise<Ending>
  readonly #process: ChildProcess
  #stopping = false

  constructor (program: string, args: string[], env: NodeJS.ProcessEnv, payload: string, hear: (line: string) => void) {
    this.#process = spawn(program, args, { env, stdio: 'pipe', detached: true })
    this.pid = this.#process.pid
    this.ended = this.#end(hear)
    // It need not read it.
    this.#process.stdin!.on('error', () => {})
    this.#process.stdin!.end(payload)
  }

  /** SIGTERM, and SIGKILL after so many seconds, to all of the group. */
  async stop (seconds: number): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    this.signal('SIGTERM')
    const over = new AbortController()
    void this.ended.then(() => over.abort())
    await delay(seconds * 1000, undefined, { signal: over.signal }).then(() => this.signal('SIGKILL'), () => {})
  }

  signal (signal: NodeJS.Signals): void {
    if (this.pid === undefined) return
    try {
      process.kill(-this.pid, signal)
    } catch {}
  }

  async #end (hear: (line: string) => void): Promise<Ending> {
    const { stdout, stderr } = this.#process
    const out = new Output(stdout!)
    const tail = new Tail(stderr!, hear)
    const closed = once(this.#process, 'close').catch(() => {})
    try {
      const [code, signal] = await once(this.#process, 'exit') as [number | null, NodeJS.Signals | null]
      this.signal('SIGKILL')
      // What has left the group may hold on to its output for ever.
      await Promise.race([closed, delay(1000, undefined, { ref: false })])
      return { code, signal, stdout: out.bytes(), cut: out.cut, tail: tail.end() }
    } catch (error) {
      return { code: null, signal: null, stdout: Buffer.alloc(0), cut: false, tail: '', error: error as Error }
    } finally {
      stdout!.destroy()
      stderr!.destroy()
    }
  }
}

// The beginning: the rest is read, so that the program can go on, and dropped.
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

// The end, and on the way each line.
class Tail {
  #text = ''
  #line = ''
  readonly #hear: (line: string) => void

  constructor (from: Readable, hear: (line: string) => void) {
    this.#hear = hear
    from.setEncoding('utf8').on('error', () => {}).on('data', (piece: string) => this.#add(piece))
  }

  #add (piece: string): void {
    this.#text = (this.#text + piece).slice(-mostTail)
    const lines = (this.#line + piece).split('\n')
    this.#line = lines.pop()!
    for (const line of lines) this.#hear(line.slice(0, mostLine))
    if (this.#line.length <= mostLine) return
    this.#hear(this.#line.slice(0, mostLine))
    this.#line = ''
  }

  end (): string {
    if (this.#line !== '') this.#hear(this.#line)
    return this.#text
  }
}
