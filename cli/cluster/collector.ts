import type { Worker } from 'node:cluster'
import { AggregatorRegistry } from 'prom-client'
import type { Figures } from '../../operations/metric/process-metrics.ts'
import type { Message } from './messages.ts'

// In ms: how long a process has to tell; one that is busy is taken as it was.
const patience = 1000

/** What the processes that share a port have counted. What one that ended had told stays counted, so that no counter goes back. */
export class Collector {
  readonly #known = new Map<Worker, Figures>()
  readonly #told = new Map<number, (figures: Figures) => void>()
  #ended: Figures[] = []
  #burying = Promise.resolve()
  #last = 0

  add (worker: Worker): void {
    this.#known.set(worker, [])
    worker.on('message', (message: Message) => { this.#hear(worker, message).catch(() => {}) })
    worker.once('exit', () => this.#bury(worker))
  }

  async #hear (worker: Worker, message: Message): Promise<void> {
    if ('told' in message) {
      this.#known.set(worker, message.figures)
      this.#told.get(message.told)?.(message.figures)
    }
    if ('wants' in message) worker.send({ all: message.wants, figures: await this.#collect() } satisfies Message)
  }

  async #collect (): Promise<Figures[]> {
    await Promise.all([...this.#known.keys()].map(async worker => await this.#ask(worker)))
    return [...this.#known.values(), ...this.#ended]
  }

  async #ask (worker: Worker): Promise<void> {
    const id = ++this.#last
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, patience)
      this.#told.set(id, () => {
        clearTimeout(timer)
        resolve()
      })
      if (worker.isConnected()) worker.send({ tell: id } satisfies Message, () => {})
      else resolve()
    })
    this.#told.delete(id)
  }

  #bury (worker: Worker): void {
    const counted = (this.#known.get(worker) ?? []).filter(({ type }) => ['counter', 'histogram'].includes(String(type)))
    this.#known.delete(worker)
    this.#ended.push(counted)
    this.#burying = this.#burying.then(async () => await this.#together())
  }

  // As one, or each that ever ended would cost as much as one that runs.
  async #together (): Promise<void> {
    const some = [...this.#ended]
    const one = await AggregatorRegistry.aggregate(some).getMetricsAsJSON()
    this.#ended = [one, ...this.#ended.slice(some.length)]
  }
}
