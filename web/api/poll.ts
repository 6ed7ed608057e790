import { useEffect, useRef } from 'preact/hooks'

/**
 * Calls `look` at once, and again `ms` after it has ended, while the page is seen and `held` is
 * false. A change of `of` begins anew. The poll ends with the component that uses it.
 */
export function usePoll (ms: number, of: unknown[], look: () => Promise<unknown>, held = false): void {
  const latest = useRef(look)
  latest.current = look
  useEffect(() => {
    if (held) return
    const loop = new Poll(ms, () => latest.current())
    return () => loop.end()
  }, [...of, ms, held])
}

class Poll {
  readonly #ms: number
  readonly #look: () => Promise<unknown>
  #timer = 0
  #looking = false
  #ended = false

  constructor (ms: number, look: () => Promise<unknown>) {
    this.#ms = ms
    this.#look = look
    document.addEventListener('visibilitychange', this.#run)
    void this.#run()
  }

  end (): void {
    this.#ended = true
    clearTimeout(this.#timer)
    document.removeEventListener('visibilitychange', this.#run)
  }

  readonly #run = async (): Promise<void> => {
    clearTimeout(this.#timer)
    if (this.#looking || this.#ended || document.hidden) return
    this.#looking = true
    await this.#look().catch(() => {})
    this.#looking = false
    if (!this.#ended) this.#timer = window.setTimeout(this.#run, this.#ms)
  }
}
