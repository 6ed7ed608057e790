import { ended, type Consumer, type Ended, type Settled } from './consumer.ts'
import { isTransient, PresqueError } from './error.ts'
import { afterTurn } from './http/backoff.ts'
import type { Delivery } from './delivery.ts'
import type { Failure, Next } from './schema.ts'

/** How to take the next jobs. */
export interface Following { next: Next, count: number }

/** The jobs to take after the outcomes of a queue. */
export interface SettlerOptions {
  consumer: Pick<Consumer, 'ack' | 'nack' | 'settle'>
  /** How to take jobs of this queue, of which `settled` are being settled; undefined: none. */
  nextOf: (queue: string, settled: number) => Following | undefined
  /** Gets what `nextOf` asked for. */
  onJobs: (jobs: Delivery[], count: number) => void
}

interface Waiting extends Ended {
  /** Called at once when the server has accepted the outcome: the job is held no more. */
  onAccepted: () => void
  resolve: () => void
  reject: (error: unknown) => void
}

// Open at a time. A browser has six connections to a server: one takes jobs, touches need some.
const mostRequests = 2
// Of one request; the size is in characters of outcomes.
const most = { jobs: 400, size: 65_536 }

/**
 * Tells the server what became of the jobs of a worker: all that end in a turn of the event loop,
 * or while a request of their queue is open, share a request. Its answer brings the next jobs.
 */
export class Settler {
  readonly #options: SettlerOptions
  readonly #open = new Set<string>()
  #waiting: Waiting[] = []
  #isDue = false

  constructor (options: SettlerOptions) {
    this.#options = options
  }

  /** Whether outcomes of this queue are to be sent, or on their way: jobs may come with them. */
  isBusy (queue: string): boolean {
    return this.#open.has(queue) || this.#waiting.some(({ job }) => job.queue === queue)
  }

  /** Resolves once the server knows the outcome. */
  async settle (
    job: Delivery, outcome: { result?: unknown, failure?: Failure }, onAccepted: () => void
  ): Promise<void> {
    const one = ended(job, outcome)
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ ...one, onAccepted, resolve, reject })
      this.#sendAfterTurn()
    })
  }

  #sendAfterTurn (): void {
    if (this.#isDue) return
    this.#isDue = true
    afterTurn(() => {
      this.#isDue = false
      this.#sendAll()
    })
  }

  #sendAll (): void {
    while (this.#open.size < mostRequests) {
      const first = this.#waiting.find(({ job }) => !this.#open.has(job.queue))
      if (first === undefined) return
      void this.#send(first.job.queue)
    }
  }

  async #send (queue: string): Promise<void> {
    const batch = this.#nextBatch(queue)
    this.#open.add(queue)
    const following = this.#options.nextOf(queue, batch.length)
    const isRefused = await this.#sendBatch(queue, batch, following)
    if (isRefused) for (const one of batch) await this.#sendOne(one)
    this.#open.delete(queue)
    this.#sendAll()
  }

  /** The outcomes of a queue that go into one request, first come first. */
  #nextBatch (queue: string): Waiting[] {
    const batch: Waiting[] = []
    const rest: Waiting[] = []
    let size = 0
    for (const one of this.#waiting) {
      size += one.job.queue === queue ? one.text.length : 0
      const isFull = batch.length === most.jobs || (size > most.size && batch.length > 0)
      if (one.job.queue === queue && !isFull) batch.push(one)
      else rest.push(one)
    }
    this.#waiting = rest
    return batch
  }

  /** Resolves with true where the outcomes are to be told one by one. Never rejects. */
  async #sendBatch (
    queue: string, batch: Waiting[], following: Following | undefined
  ): Promise<boolean> {
    const { consumer, onJobs } = this.#options
    let jobs: Delivery[] = []
    try {
      const settled = await consumer.settle(queue, batch, following)
      jobs = settled.jobs
      settled.outcomes.forEach((outcome, i) => tell(batch[i]!, outcome))
    } catch (error) {
      // One outcome may be to blame for the whole batch: it is too large, for example.
      if (!isTransient(error)) return true
      for (const { reject } of batch) reject(error)
    } finally {
      if (following) onJobs(jobs, following.count)
    }
    return false
  }

  async #sendOne ({ job, result, failure, resolve, reject }: Waiting): Promise<void> {
    const { consumer } = this.#options
    const told = failure ? consumer.nack(job, failure) : consumer.ack(job, result)
    await told.then(() => resolve(), reject)
  }
}

function tell (
  { onAccepted, resolve, reject }: Waiting, outcome: Settled['outcomes'][number]
): void {
  if (outcome instanceof PresqueError) return reject(outcome)
  onAccepted()
  resolve()
}
