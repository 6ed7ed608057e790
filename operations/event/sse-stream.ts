import { Readable, type Writable } from 'node:stream'

// Proxies drop a connection that is silent for longer than about 30 s.
const heartbeatMs = 15_000

/** One Server-Sent Event as text. */
export function event (name: string, data: object): string {
  return formatEvent(name, JSON.stringify(data))
}

/**
 * The same of JSON text. A line break in it, which stands between its words, begins a new line of
 * data: so the client reads the text as it was.
 */
export function formatEvent (name: string, json: string, id = ''): string {
  const idLine = id === '' ? '' : `id: ${id}\n`
  return `event: ${name}\n${idLine}data: ${json.replace(/\r\n|[\r\n]/g, '\ndata: ')}\n\n`
}

/**
 * A stream of Server-Sent Events. It writes directly into the answer to which it is piped, and so
 * knows which events the network has taken: a buffer between them would take jobs that no client
 * receives.
 */
export class SseStream extends Readable {
  /** The text of a heartbeat. */
  beat = (): string => ':\n\n'
  /** Resolves when everything has been handed to the network, or never will be. */
  readonly gone: Promise<void>
  #left = (): void => {}
  #out: Writable | undefined
  // The connection, where there is one below.
  #connection: Writable | null | undefined
  #ending = false
  #cutMs = 0
  #timer: NodeJS.Timeout | undefined
  #cut: NodeJS.Timeout | undefined
  // Text from before it was piped, and calls that wait for room.
  #early: string | undefined = ''
  readonly #waiting = new Set<() => void>()

  constructor () {
    super()
    this.gone = new Promise(resolve => {
      this.#left = resolve
    })
  }

  /** Nothing more can be written: it has ended, or the client has gone. */
  get over (): boolean { return this.#ending || this.destroyed }

  /** Whether the client still has to read events that were written. */
  get full (): boolean { return this.#out?.writableNeedDrain ?? true }

  override _read (): void {}

  override pipe<Out extends NodeJS.WritableStream> (out: Out): Out {
    this.#out = out as unknown as Writable
    this.#connection = (out as { socket?: Writable | null }).socket
    this.#out.on('drain', () => this.#wake()).once('close', () => this.#closed())
    this.#out.write(this.#early)
    this.#early = undefined
    if (this.#ending) {
      this.#finish(this.#out)
      return out
    }
    this.#timer = setInterval(() => this.#beat(), heartbeatMs).unref()
    this.#wake()
    return out
  }

  /** `handed` is called once all of the text has been handed to the network. */
  write (text: string | Uint8Array, handed?: () => void): void {
    if (this.over) return
    if (this.#out === undefined) this.#early += String(text)
    else if (handed === undefined) this.#out.write(text)
    else this.#out.write(text, error => this.#written(error, handed))
  }

  /** Resolves when there is room to write, or nothing more can be written. */
  async room (): Promise<void> {
    if (!this.full || this.over) return
    await new Promise<void>(resolve => this.#waiting.add(resolve))
  }

  /**
   * Ends the stream with that text; before it has begun, that is all of it. A client that does not
   * read it within `ms` is cut off.
   */
  end (text: string, ms: number): void {
    if (this.over) return
    this.write(text)
    this.#ending = true
    this.#cutMs = ms
    this.#close()
    if (this.#out !== undefined) this.#finish(this.#out)
  }

  #beat (): void {
    if (!this.full) this.write(this.beat())
  }

  // Node reports a write that was cut off as one that succeeded.
  #written (error: Error | null | undefined, handed: () => void): void {
    if (!error && !this.#connection?.destroyed && !this.#connection?.errored) handed()
  }

  #finish (out: Writable): void {
    this.#cut = setTimeout(() => out.destroy(), this.#cutMs).unref()
    out.end()
    // Fastify waits for the end of a stream, which comes when all has been read.
    this.push(null)
    this.resume()
  }

  #closed (): void {
    clearTimeout(this.#cut)
    this.#left()
  }

  override _destroy (error: Error | null, done: (error?: Error | null) => void): void {
    this.#close()
    if (this.#out === undefined) this.#left()
    done(error)
  }

  #close (): void {
    clearInterval(this.#timer)
    this.#wake()
  }

  #wake (): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }
}
