import { isTransient } from './error.ts'
import type { Consumer } from './consumer.ts'
import type { Delivery } from './delivery.ts'
import type { JsonText } from './json-text.ts'
import type { Next } from './schema.ts'

/** A job that is completed, its result, and how to take the next one if that is wanted. */
export interface Ack { job: Delivery, result: JsonText | undefined, next: Next | undefined }

interface Waiting extends Ack {
  resolve: (next: Delivery | null) => void
  reject: (error: unknown) => void
}

// Open at a time. A browser has six connections to a server: one takes jobs, touches need some.
const mostRequests = 2
// Of one request; the size is in characters of results.
const most = { jobs: 200, size: 65_536 }

/**
 * Sends the acks of a worker. A single ack brings the next job with its answer (`ack?next=1`); acks
 * that come while others are on their way share a request. So a single ack never waits, and many
 * cost little more than one.
 */
export class AckBatcher {
  readonly #consumer: Consumer
  #waiting: Waiting[] = []
  #open = 0

  constructor (consumer: Consumer) {
    this.#consumer = consumer
  }

  /** Resolves once the job is acknowledged, with the next one if that was wanted and came. */
  async ack (ack: Ack): Promise<Delivery | null> {
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ ...ack, resolve, reject })
      void this.#send()
    })
  }

  async #send (): Promise<void> {
    if (this.#open === mostRequests || this.#waiting.length === 0) return
    this.#open++
    const batch = this.#nextBatch()
    await (batch.length === 1 ? this.#sendOne(batch[0]!) : this.#sendBatch(batch))
    this.#open--
    void this.#send()
  }

  /** The acks, first come first, that go into one request: those of the first one's queue. */
  #nextBatch (): Waiting[] {
    const { queue } = this.#waiting[0]!.job
    let size = 0
    const end = this.#waiting.findIndex(({ job, result }, i) => {
      size += result?.text.length ?? 0
      return i === most.jobs || job.queue !== queue || (size > most.size && i > 0)
    })
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end)
  }

  async #sendOne ({ job, result, next, resolve, reject }: Waiting): Promise<void> {
    await this.#consumer.ack(job, result, { next }).then(resolve, reject)
  }

  async #sendBatch (batch: Waiting[]): Promise<void> {
    try {
      const errors = await this.#consumer.ackMany(batch)
      batch.forEach(({ resolve, reject }, i) => errors[i] ? reject(errors[i]) : resolve(null))
    } catch (error) {
      // One result may be to blame for the whole batch: it is too large, for example.
      if (isTransient(error)) for (const { reject } of batch) reject(error)
      else for (const one of batch) await this.#sendOne(one)
    }
  }
}
