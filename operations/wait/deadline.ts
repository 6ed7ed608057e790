/** For how long somebody waits, in ms, and what ends that early: once the client has gone, nothing must be taken for it. */
export class Patience {
  readonly ms: number
  #gone = false
  // An AbortSignal says the same, and costs a tenth of a take.
  readonly #ends = new Set<() => void>()

  constructor (ms: number) {
    this.ms = ms
  }

  /** Whether the client has gone. */
  get gone (): boolean { return this.#gone }

  /** Calls `end` once, when the client goes, unless `keep` is called first. */
  whenGone (end: () => void): void { this.#ends.add(end) }

  keep (end: () => void): void { this.#ends.delete(end) }

  /** The client has gone. */
  end (): void {
    this.#gone = true
    for (const end of this.#ends) end()
    this.#ends.clear()
  }
}
