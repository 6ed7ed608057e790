import { useEffect, useRef, useState } from 'preact/hooks'

interface PollOptions {
  /** The pause between the end of a call and the next. */
  ms: number
  /** A change of one of these begins anew at once. */
  of: unknown[]
  /** Whether to pause for now. */
  isPaused?: boolean
}

/** `answer`: null until the first one. `problem`: why the last call failed, '' if it did not. */
export interface Answered<Answer> {
  answer: Answer | null
  problem: string
  refresh: () => Promise<void>
}

/** Follows what `find` answers. An answer that is overtaken by a later one is not shown. */
export function useAnswer<Answer> (
  find: () => Promise<Answer>,
  options: PollOptions
): Answered<Answer> {
  const [answer, setAnswer] = useState<Answer | null>(null)
  const [problem, setProblem] = useState('')
  const latest = useRef(0)
  async function refresh (): Promise<void> {
    const request = ++latest.current
    try {
      const found = await find()
      if (request !== latest.current) return
      setAnswer(found)
      setProblem('')
    } catch (error) {
      if (request === latest.current) setProblem((error as Error).message)
    }
  }
  usePoll(refresh, options)
  return { answer, problem, refresh }
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
