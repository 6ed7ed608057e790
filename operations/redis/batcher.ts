import { overloadError } from './load.ts'
import { storeOf, type Load, type RedisClient } from './store.ts'

/** The most of one call; a larger request goes alone. With a bound of one job none share. */
export const bounds = { jobs: 128, bytes: 2 ** 20 }

/** The size of a request: jobs pushed, taken or completed, and bytes sent. */
export interface Weight { jobs: number, bytes: number }

/** Sends a request with others. Rejects with its own error, or with that of the whole call. */
export type Ask<Request, Answer> = (
  redis: RedisClient, queue: string, request: Request
) => Promise<Answer>

type Perform<Request, Answer> = (requests: Request[]) => Promise<Array<Answer | Error>>

interface Asked<Request, Answer> {
  request: Request
  resolve (answer: Answer): void
  reject (error: unknown): void
}

/**
 * Lets requests on one queue share a call if they come in the same turn of the event loop.
 * - A request that comes alone does not wait: the turn ends once all arrived bytes are read.
 * - `call` returns an answer or an error for each request, in their order.
 * - No call waits for another to return.
 * - The function rejects with REDIS_BUSY, at once, where too much is under way.
 */
export function batchCalls<Request, Answer> (
  call: (redis: RedisClient, queue: string, requests: Request[]) => Promise<Array<Answer | Error>>,
  weigh: (request: Request) => Weight
): Ask<Request, Answer> {
  const filling = new WeakMap<RedisClient, Map<string, Call<Request, Answer>>>()
  return (redis, queue, request) => {
    let calls = filling.get(redis)
    if (calls === undefined) filling.set(redis, calls = new Map())
    const weight = weigh(request)
    let open = calls.get(queue)
    if (open?.fits(weight) === false) {
      open.send()
      open = undefined
    }
    // A request that joins others costs no further command.
    const joins = open !== undefined && weight.bytes === 0
    const refused = joins ? null : overloadError(redis, queue, weight.bytes)
    if (refused !== null) return Promise.reject(refused)
    if (open === undefined) {
      calls.set(queue, open = new Call(storeOf(redis).load, async requests => {
        calls.delete(queue)
        return await call(redis, queue, requests)
      }))
    }
    return open.add(request, weight)
  }
}

// A call while it fills. It leaves when the turn ends, or once it is full.
class Call<Request, Answer> {
  readonly #load: Load
  readonly #perform: Perform<Request, Answer>
  readonly #turn: NodeJS.Immediate
  readonly #asked: Array<Asked<Request, Answer>> = []
  #jobs = 0
  #bytes = 0

  constructor (load: Load, perform: Perform<Request, Answer>) {
    this.#load = load
    load.open++
    this.#perform = perform
    this.#turn = setImmediate(() => this.send())
  }

  fits ({ jobs, bytes }: Weight): boolean {
    return this.#jobs + jobs <= bounds.jobs && this.#bytes + bytes <= bounds.bytes
  }

  add (request: Request, { jobs, bytes }: Weight): Promise<Answer> {
    this.#jobs += jobs
    this.#bytes += bytes
    this.#load.bytes += bytes
    return new Promise((resolve, reject) => {
      this.#asked.push({ request, resolve, reject })
      if (this.#jobs >= bounds.jobs || this.#bytes >= bounds.bytes) this.send()
    })
  }

  send (): void {
    clearImmediate(this.#turn)
    const asked = this.#asked
    this.#load.open--
    const answered = this.#perform(asked.map(({ request }) => request))
    answered.finally(() => {
      this.#load.bytes -= this.#bytes
    }).then(answers => {
      asked.forEach(({ resolve, reject }, i) => {
        const answer = answers[i]!
        if (answer instanceof Error) reject(answer)
        else resolve(answer)
      })
    }, error => asked.forEach(({ reject }) => reject(error)))
  }
}
