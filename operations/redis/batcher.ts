import { overloadError } from './load.ts'
import { storeOf, type Load, type RedisClient } from './store.ts'

/** What one call carries at most; a request that is larger goes alone. A bound of one job is no sharing at all. */
export const bounds = { jobs: 128, bytes: 2 ** 20 }

/** What a request adds to a call: jobs given, taken or finished, and bytes sent. */
export interface Weight { jobs: number, bytes: number }

/** Asks for one's own share of a call. Rejects with one's own refusal, or with what befell the whole call. */
export type Ask<Request, Answer> = (redis: RedisClient, queue: string, request: Request) => Promise<Answer>

interface Asked<Request, Answer> {
  request: Request
  resolve (answer: Answer): void
  reject (error: unknown): void
}

/**
 * Lets requests on one queue that come in the same turn of the event loop share one call, in their order. Whoever comes
 * alone waits for nobody: the turn ends when all that has arrived has been read. `call` answers each in turn, or refuses
 * it with an Error; no call waits for another to return. Rejects with REDIS_BUSY, at once, where too much is under way.
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
    // One that joins others costs no command more.
    const refused = open !== undefined && weight.bytes === 0 ? null : overloadError(redis, queue, weight.bytes)
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

// One call while it fills. It leaves when the turn ends, or once nothing more fits.
class Call<Request, Answer> {
  readonly #load: Load
  readonly #perform: (requests: Request[]) => Promise<Array<Answer | Error>>
  readonly #turn: NodeJS.Immediate
  readonly #asked: Array<Asked<Request, Answer>> = []
  #jobs = 0
  #bytes = 0

  constructor (load: Load, perform: (requests: Request[]) => Promise<Array<Answer | Error>>) {
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
    answered.finally(() => { this.#load.bytes -= this.#bytes }).then(answers => {
      asked.forEach(({ resolve, reject }, i) => {
        const answer = answers[i]!
        if (answer instanceof Error) reject(answer)
        else resolve(answer)
      })
    }, error => asked.forEach(({ reject }) => reject(error)))
  }
}
