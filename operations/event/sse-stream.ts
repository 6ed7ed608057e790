import { Readable, type Writable } from 'node:stream'

// In ms. Proxies drop what is silent for longer than some 30 s.
const heartbeat = 15_000

/**
 * What a client reads as Server-Sent Events. It writes straight to where it is piped to, and so knows what has been handed to
 * the network: a buffer between them would take jobs in that nobody receives.
 */
export class SseStream extends Readable {
  /** What a heartbeat says. */
  beat = (): string => ':\n\n'
  /** Resolves when all that will be handed to the network has been. */
  readonly gone: Promise<void>
  #left = (): void => {}
  #out: Writable | undefined
  // The connection, where there is one below.
  #wire: Writable | null | undefined
  #ending = false
  #cutAfter = 0
  #timer: NodeJS.Timeout | undefined
  // What was written before it was piped, and who waits for room.
  #early: string | undefined = ''
  readonly #waiting = new Set<() => void>()

  constructor () {
    super()
    this.gone = new Promise(resolve => { this.#left = resolve })
  }

  /** Nothing more can be written: it has ended, or the client has gone. */
  get over (): boolean { return this.#ending || this.destroyed }

  /** Whether the client has not taken yet what it was sent. */
  get full (): boolean { return this.#out?.writableNeedDrain ?? true }

  override _read (): void {}

  override pipe<Out extends NodeJS.WritableStream> (out: Out): Out {
    this.#out = out as unknown as Writable
    this.#wire = (out as { socket?: Writable | null }).socket
    this.#out.on('drain', () => this.#wake()).once('close', this.#left)
    this.#out.write(this.#early)
    this.#early = undefined
    if (this.#ending) {
      this.#finish(this.#out)
      return out
    }
    this.#timer = setInterval(() => { if (!this.full) this.write(this.beat()) }, heartbeat).unref()
    this.#wake()
    return out
  }

  /** `handed` is called once all of it has been handed to the network. */
  write (text: string | Uint8Array, handed?: () => void): void {
    if (this.over) return
    if (this.#out === undefined) this.#early += String(text)
    else if (handed === undefined) this.#out.write(text)
    // A write that is cut off ends as one that was done.
    else this.#out.write(text, error => { if (!error && !this.#wire?.destroyed && !this.#wire?.errored) handed() })
  }

  /** Resolves when there is room to write, or nothing more can be written. */
  async room (): Promise<void> {
    if (this.full && !this.over) await new Promise<void>(resolve => this.#waiting.add(resolve))
  }

  /**
   * Ends it with that as the last it says; before it has begun, that is all it says. A client that
   * does not take it within `ms` is cut off.
   */
  end (text: string, ms: number): void {
    if (this.over) return
    this.write(text)
    this.#ending = true
    this.#cutAfter = ms
    this.#close()
    if (this.#out !== undefined) this.#finish(this.#out)
  }

  #finish (out: Writable): void {
    const cut = setTimeout(() => out.destroy(), this.#cutAfter).unref()
    out.once('close', () => clearTimeout(cut))
    out.end()
    // For whoever waits for its end, it is one that was read.
    this.push(null)
    this.resume()
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
