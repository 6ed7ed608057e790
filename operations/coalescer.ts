import type { RedisClient } from './redis.ts'

/**
 * What one call carries at most; a request that is larger goes alone. A bound of one job is no sharing at all.
 * While Redis has fewer than `underway` calls for a queue, `early` jobs are enough for the next: it works while more requests
 * are being read. When it cannot keep up, calls grow, and cost it less a job.
 */
export const bounds = { jobs: 128, bytes: 2 ** 20, early: 32, underway: 2 }

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
 * it with an Error; no call waits for another to return.
 */
export function coalesce<Request, Answer> (
  call: (redis: RedisClient, queue: string, requests: Request[]) => Promise<Array<Answer | Error>>,
  weigh: (request: Request) => Weight
): Ask<Request, Answer> {
  const lines = new WeakMap<RedisClient, Map<string, Line<Request, Answer>>>()
  return (redis, queue, request) => {
    let queues = lines.get(redis)
    if (queues === undefined) lines.set(redis, queues = new Map())
    let line = queues.get(queue)
    if (line === undefined) {
      queues.set(queue, line = { underway: 0, perform: all => call(redis, queue, all), idle: () => queues.delete(queue) })
    }
    const weight = weigh(request)
    if (line.filling !== undefined && !line.filling.fits(weight)) line.filling.send()
    line.filling ??= new Call(line)
    return line.filling.add(request, weight)
  }
}

// The calls for one queue: the one that fills, and how many Redis has.
interface Line<Request, Answer> {
  filling?: Call<Request, Answer> | undefined
  underway: number
  perform (requests: Request[]): Promise<Array<Answer | Error>>
  idle (): void
}

// One call while it fills. It leaves when the turn ends, or once nothing more fits, or enough for a Redis that has little to do.
class Call<Request, Answer> {
  readonly #line: Line<Request, Answer>
  readonly #turn: NodeJS.Immediate
  readonly #asked: Array<Asked<Request, Answer>> = []
  #jobs = 0
  #bytes = 0

  constructor (line: Line<Request, Answer>) {
    this.#line = line
    this.#turn = setImmediate(() => this.send())
  }

  fits ({ jobs, bytes }: Weight): boolean {
    return this.#jobs + jobs <= bounds.jobs && this.#bytes + bytes <= bounds.bytes
  }

  add (request: Request, { jobs, bytes }: Weight): Promise<Answer> {
    this.#jobs += jobs
    this.#bytes += bytes
    return new Promise((resolve, reject) => {
      this.#asked.push({ request, resolve, reject })
      if (this.#jobs >= this.#enough() || this.#bytes >= bounds.bytes) this.send()
    })
  }

  send (): void {
    const [line, asked] = [this.#line, this.#asked]
    clearImmediate(this.#turn)
    line.filling = undefined
    line.underway++
    line.perform(asked.map(({ request }) => request)).finally(() => {
      if (--line.underway === 0 && line.filling === undefined) line.idle()
    }).then(answers => {
      asked.forEach(({ resolve, reject }, i) => {
        const answer = answers[i]!
        if (answer instanceof Error) reject(answer)
        else resolve(answer)
      })
    }, error => asked.forEach(({ reject }) => reject(error)))
  }

  #enough (): number {
    return this.#line.underway < bounds.underway ? Math.min(bounds.early, bounds.jobs) : bounds.jobs
  }
}
