import type { Figures, Siblings } from '../../operations/metric/process-metrics.ts'

/**
 * To the first process: `wants`, the figures of all processes are wanted; `told`, the figures of
 * this process, which were asked for. From it: `tell` asks for them, `all` answers `wants`. The
 * number names the request.
 */
export type Message =
  | { wants: number }
  | { tell: number }
  | { told: number, figures: Figures }
  | { all: number, figures: Figures[] }

// Longer than the first process waits for a process.
const timeoutMs = 2000

/** One of the processes that share a port: it asks the first process for the figures of all. */
export class Sibling implements Siblings {
  #figures: () => Promise<Figures> = async () => []
  readonly #waiting = new Map<number, (all: Figures[]) => void>()
  #last = 0

  constructor () {
    process.on('message', (message: Message) => {
      this.#onMessage(message).catch(() => {})
    })
  }

  join (figures: () => Promise<Figures>): void {
    this.#figures = figures
  }

  /** The figures of this process alone if the first one does not answer. */
  async all (): Promise<Figures[]> {
    const id = ++this.#last
    return await new Promise<Figures[]>((resolve, reject) => {
      const alone = () => this.#figures().then(own => resolve([own]), reject)
      const timer = setTimeout(alone, timeoutMs)
      this.#waiting.set(id, all => {
        clearTimeout(timer)
        resolve(all)
      })
      this.#send({ wants: id })
    }).finally(() => this.#waiting.delete(id))
  }

  async #onMessage (message: Message): Promise<void> {
    if ('all' in message) this.#waiting.get(message.all)?.(message.figures)
    if (!('tell' in message)) return
    this.#send({ told: message.tell, figures: await this.#figures() })
  }

  #send (message: Message): void {
    process.send!(message)
  }
}
