import type { Worker } from 'node:cluster'
import { AggregatorRegistry } from 'prom-client'
import type { Figures } from '../../operations/metric/process-metrics.ts'
import type { Message } from './messages.ts'

// How long a process has to tell its figures. Of one that is busy the last ones count.
const timeoutMs = 1000

/**
 * Collects the figures of the processes that share a port. The figures of a process that ended
 * stay, so that no counter goes back.
 */
export class Collector {
  readonly #known = new Map<Worker, Figures>()
  readonly #asked = new Map<number, (figures: Figures) => void>()
  #ended: Figures[] = []
  #merging = Promise.resolve()
  #last = 0

  add (worker: Worker): void {
    this.#known.set(worker, [])
    worker.on('message', (message: Message) => {
      this.#onMessage(worker, message).catch(() => {})
    })
    worker.once('exit', () => this.#onExit(worker))
  }

  async #onMessage (worker: Worker, message: Message): Promise<void> {
    if ('told' in message) {
      this.#known.set(worker, message.figures)
      this.#asked.get(message.told)?.(message.figures)
    }
    if (!('wants' in message)) return
    worker.send({ all: message.wants, figures: await this.#collect() } satisfies Message)
  }

  async #collect (): Promise<Figures[]> {
    await Promise.all([...this.#known.keys()].map(async worker => await this.#ask(worker)))
    return [...this.#known.values(), ...this.#ended]
  }

  async #ask (worker: Worker): Promise<void> {
    const id = ++this.#last
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, timeoutMs)
      this.#asked.set(id, () => {
        clearTimeout(timer)
        resolve()
      })
      if (worker.isConnected()) worker.send({ tell: id } satisfies Message, () => {})
      else resolve()
    })
    this.#asked.delete(id)
  }

  #onExit (worker: Worker): void {
    const known = this.#known.get(worker) ?? []
    const counted = known.filter(({ type }) => ['counter', 'histogram'].includes(String(type)))
    this.#known.delete(worker)
    this.#ended.push(counted)
    this.#merging = this.#merging.then(async () => await this.#merge())
  }

  // Otherwise each process that ever ended would cost as much as one that runs.
  async #merge (): Promise<void> {
    const some = [...this.#ended]
    const one = await AggregatorRegistry.aggregate(some).getMetricsAsJSON()
    this.#ended = [one, ...this.#ended.slice(some.length)]
  }
}
