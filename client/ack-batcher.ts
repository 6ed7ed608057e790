import { isPassing } from './error.ts'
import type { Consumer } from './consumer.ts'
import type { Next } from './schema.ts'
import type { Delivery } from './delivery.ts'

/** A job that is done, `size` characters of result, and whether the next one is wanted with the answer. */
export interface Due { job: Delivery, result: unknown, size: number, next: Next | undefined }

interface Waiting extends Due { resolve: (next: Delivery | null) => void, reject: (error: unknown) => void }

// At a time. A browser has six connections to a server: one asks for jobs, and some are for touches.
const requests = 2
const most = { jobs: 200, size: 65_536 }

/**
 * The acks of a worker. One that is alone brings the next job with its answer (`ack?next=1`); those that fall due while others are on
 * their way share a request. So whoever is alone waits for nobody, and many cost little more than one.
 */
export class Acks {
  readonly #consumer: Consumer
  #waiting: Waiting[] = []
  #open = 0

  constructor (consumer: Consumer) {
    this.#consumer = consumer
  }

  /** Resolves once the job is finished, with the next one if that was wanted and came. */
  async ack (due: Due): Promise<Delivery | null> {
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ ...due, resolve, reject })
      void this.#send()
    })
  }

  async #send (): Promise<void> {
    if (this.#open === requests || this.#waiting.length === 0) return
    this.#open++
    const together = this.#batch()
    await (together.length === 1 ? this.#one(together[0]!) : this.#several(together))
    this.#open--
    void this.#send()
  }

  /** Those at the head of the line that fit into one request, out of the queue of the first. */
  #batch (): Waiting[] {
    const { queue } = this.#waiting[0]!.job
    let size = 0
    const end = this.#waiting.findIndex((one, i) => i === most.jobs || one.job.queue !== queue || ((size += one.size) > most.size && i > 0))
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end)
  }

  async #one ({ job, result, next, resolve, reject }: Waiting): Promise<void> {
    await this.#consumer.ack(job, result, { next }).then(resolve, reject)
  }

  async #several (together: Waiting[]): Promise<void> {
    try {
      const refusals = await this.#consumer.ackMany(together)
      together.forEach(({ resolve, reject }, i) => refusals[i] ? reject(refusals[i]) : resolve(null))
    } catch (error) {
      // One of them may be what is refused: too large, say.
      if (isPassing(error)) for (const { reject } of together) reject(error)
      else for (const one of together) await this.#one(one)
    }
  }
}
