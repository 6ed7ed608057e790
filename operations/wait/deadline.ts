/**
 * How long a request waits, in ms, and whether it was aborted: once the client has gone, no job may
 * be taken for it.
 */
export class Deadline {
  readonly ms: number
  #aborted = false
  // An AbortSignal does the same, and costs a tenth of a take.
  readonly #onAbort = new Set<() => void>()

  constructor (ms: number) {
    this.ms = ms
  }

  get aborted (): boolean { return this.#aborted }

  /** Calls `act` once, when the client goes, unless `offAbort` is called first. */
  onAbort (act: () => void): void { this.#onAbort.add(act) }

  offAbort (act: () => void): void { this.#onAbort.delete(act) }

  /** Is called when the client has gone. */
  abort (): void {
    this.#aborted = true
    for (const act of this.#onAbort) act()
    this.#onAbort.clear()
  }
}
