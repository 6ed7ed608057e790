/** Says to Redis that no client of this server waits for a job any more; `heard`: one of them got the result. */
type SignOff = (queue: string, id: string, era: string, heard: boolean) => Promise<void>

/** A client that waits for the end of a job. */
export interface ResultWaiter {
  /** Says which job that is. */
  knows (id: string, era: string): void
  /** It waits no more. `completed`: the job has, and has been kept for those who wait; `heard`: the client got the result. */
  leave (end?: { completed: boolean, heard: boolean }): void
}

interface Reading { count: number, heard: boolean }

/**
 * Those of one server who wait for the end of jobs, or read what a job has left. The server signs off when the last one
 * of a job leaves, so that the first does not take away what the others are to read.
 */
export class ResultWaiters {
  readonly #signOff: SignOff
  // By queue, id and era, with spaces between them.
  readonly #readings = new Map<string, Reading>()
  // Of each queue those whose push is under way: it may turn out that they wait for a job that others wait for.
  readonly #unsure = new Map<string, Set<Promise<void>>>()

  constructor (signOff: SignOff) {
    this.#signOff = signOff
  }

  enter (queue: string): ResultWaiter {
    const sure = this.#enterUnsure(queue)
    let place: [id: string, era: string] | undefined
    return {
      knows: (id, era) => {
        place = [id, era]
        this.#reading(queue, ...place).count++
        sure()
      },
      leave: ({ completed, heard } = { completed: false, heard: false }) => {
        sure()
        if (place !== undefined) void this.#leave(queue, ...place, completed, heard)
      }
    }
  }

  #enterUnsure (queue: string): () => void {
    const all = this.#unsure.get(queue) ?? new Set()
    let sure = (): void => {}
    const promise = new Promise<void>(resolve => { sure = resolve })
    this.#unsure.set(queue, all.add(promise))
    return () => {
      sure()
      all.delete(promise)
      if (all.size === 0) this.#unsure.delete(queue)
    }
  }

  #reading (queue: string, id: string, era: string): Reading {
    const name = `${queue} ${id} ${era}`
    const reading = this.#readings.get(name) ?? { count: 0, heard: false }
    this.#readings.set(name, reading)
    return reading
  }

  async #leave (queue: string, id: string, era: string, completed: boolean, heard: boolean): Promise<void> {
    const name = `${queue} ${id} ${era}`
    const reading = this.#readings.get(name)!
    reading.heard ||= heard
    reading.count--
    if (completed) await Promise.all(this.#unsure.get(queue) ?? [])
    // Another has come meanwhile, or has signed off while this one waited.
    if (reading.count > 0 || this.#readings.get(name) !== reading) return
    this.#readings.delete(name)
    // Where Redis is away, what was kept goes a minute after the end of the job.
    if (completed) await this.#signOff(queue, id, era, reading.heard).catch(() => {})
  }
}
