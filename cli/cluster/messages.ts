import type { Figures, Siblings } from '../../operations/metric/process-metrics.ts'

/** To the first process: what all have counted is wanted; or what this one has, which was asked for. From it: the same the other way round. */
export type Message = { wants: number } | { tell: number } | { told: number, figures: Figures } | { all: number, figures: Figures[] }

// In ms. Longer than the first process waits for any of us.
const patience = 2000

/** One of the processes that share a port, which asks the first one for what all of them have counted. */
export class Sibling implements Siblings {
  #figures: () => Promise<Figures> = async () => []
  readonly #waiting = new Map<number, (all: Figures[]) => void>()
  #last = 0

  constructor () {
    process.on('message', (message: Message) => { this.#hear(message).catch(() => {}) })
  }

  join (figures: () => Promise<Figures>): void {
    this.#figures = figures
  }

  /** Alone if the first process does not answer. */
  async all (): Promise<Figures[]> {
    const id = ++this.#last
    return await new Promise<Figures[]>((resolve, reject) => {
      const timer = setTimeout(() => this.#figures().then(own => resolve([own]), reject), patience)
      this.#waiting.set(id, all => {
        clearTimeout(timer)
        resolve(all)
      })
      this.#send({ wants: id })
    }).finally(() => this.#waiting.delete(id))
  }

  async #hear (message: Message): Promise<void> {
    if ('tell' in message) this.#send({ told: message.tell, figures: await this.#figures() })
    else if ('all' in message) this.#waiting.get(message.all)?.(message.figures)
  }

  #send (message: Message): void {
    process.send!(message)
  }
}
