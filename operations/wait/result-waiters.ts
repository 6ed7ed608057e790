/** Tells Redis that no client of this server waits for a job; `isRead`: one got the result. */
type SignOff = (queue: string, id: string, identity: string, isRead: boolean) => Promise<void>

/** A client that waits for the end of a job. */
export interface ResultWaiter {
  /** Names the job, once it is known. */
  setJob (id: string, identity: string): void
  /**
   * It waits no more. `completed`: the job has, and was kept for its waiters; `isRead`: the client
   * got the result.
   */
  leave (end?: { completed: boolean, isRead: boolean }): void
}

interface Waiting { count: number, isRead: boolean }

/**
 * The clients of one server that wait for the end of a job, or read its result. The server signs
 * off when the last client of a job leaves, so that the first does not take the result from the
 * others.
 */
export class ResultWaiters {
  readonly #signOff: SignOff
  // By queue, id and identity, with spaces between them.
  readonly #waiting = new Map<string, Waiting>()
  // By queue, the clients whose push is under way: it may lead to a job that has waiters.
  readonly #pushing = new Map<string, Set<Promise<void>>>()

  constructor (signOff: SignOff) {
    this.#signOff = signOff
  }

  enter (queue: string): ResultWaiter {
    const endPush = this.#startPush(queue)
    let job: [id: string, identity: string] | undefined
    return {
      setJob: (id, identity) => {
        job = [id, identity]
        this.#waitingFor(queue, ...job).count++
        endPush()
      },
      leave: ({ completed, isRead } = { completed: false, isRead: false }) => {
        endPush()
        if (job !== undefined) void this.#leave(queue, ...job, completed, isRead)
      }
    }
  }

  #startPush (queue: string): () => void {
    const all = this.#pushing.get(queue) ?? new Set()
    let resolve = (): void => {}
    const promise = new Promise<void>(_resolve => {
      resolve = _resolve
    })
    this.#pushing.set(queue, all.add(promise))
    return () => {
      resolve()
      all.delete(promise)
      if (all.size === 0) this.#pushing.delete(queue)
    }
  }

  #waitingFor (queue: string, id: string, identity: string): Waiting {
    const name = `${queue} ${id} ${identity}`
    const waiting = this.#waiting.get(name) ?? { count: 0, isRead: false }
    this.#waiting.set(name, waiting)
    return waiting
  }

  async #leave (
    queue: string, id: string, identity: string, completed: boolean, isRead: boolean
  ): Promise<void> {
    const name = `${queue} ${id} ${identity}`
    const waiting = this.#waiting.get(name)!
    waiting.isRead ||= isRead
    waiting.count--
    if (completed) await Promise.all(this.#pushing.get(queue) ?? [])
    // Another client has come meanwhile, or has signed off.
    if (waiting.count > 0 || this.#waiting.get(name) !== waiting) return
    this.#waiting.delete(name)
    if (!completed) return
    // Where Redis is away, the job is deleted a minute after its end.
    await this.#signOff(queue, id, identity, waiting.isRead).catch(() => {})
  }
}
