import { useEffect, useRef } from 'preact/hooks'

interface PollOptions {
  /** The pause between the end of a call and the next. */
  ms: number
  /** A change of one of these begins anew at once. */
  of: unknown[]
  /** Whether to pause for now. */
  isPaused?: boolean
}

/** Calls `find` at once and then regularly, while the component is mounted and the page visible. */
export function usePoll (find: () => Promise<unknown>, { ms, of, isPaused = false }: PollOptions) {
  const latest = useRef(find)
  latest.current = find
  useEffect(() => {
    if (isPaused) return
    const poll = new Poll(ms, () => latest.current())
    return () => poll.end()
  }, [...of, ms, isPaused])
}

class Poll {
  readonly #ms: number
  readonly #find: () => Promise<unknown>
  #timer = 0
  #isRunning = false
  #hasEnded = false

  constructor (ms: number, find: () => Promise<unknown>) {
    this.#ms = ms
    this.#find = find
    document.addEventListener('visibilitychange', this.#run)
    void this.#run()
  }

  end (): void {
    this.#hasEnded = true
    clearTimeout(this.#timer)
    document.removeEventListener('visibilitychange', this.#run)
  }

  readonly #run = async (): Promise<void> => {
    clearTimeout(this.#timer)
    if (this.#isRunning || this.#hasEnded || document.hidden) return
    this.#isRunning = true
    await this.#find().catch(() => {})
    this.#isRunning = false
    if (!this.#hasEnded) this.#timer = window.setTimeout(this.#run, this.#ms)
  }
}
