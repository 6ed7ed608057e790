import { isRefusal, PresqueError, refusalIn } from '../../client/error.ts'
import { backoff, pause } from '../../client/backoff.ts'
import { ask, type Answer, type Ask, type Query } from '../../client/request.ts'
import { isAboutContent } from '../../client/failure.ts'
import type { TouchMany } from '../../client/schema.ts'
import type { Delivered } from '../../client/delivery.ts'
import type { Log } from './log.ts'

export interface Taken { queue: string, id: string, receipt: string, attempt: number, payload: string, traceparent: string | null }

/** `wrong`: presque does not take what it was told, and would not if it were told again. */
export type Settled = 'done' | 'gone' | 'lost' | 'refused' | 'wrong'

interface Place { url: string, token: string | undefined, log: Log }

/** presque, which may be away for a while: everything is asked again, with growing pauses, until there is an answer or the signal aborts. */
export class Server {
  readonly #place: Place
  /** Told when it answers again. */
  onReturn = (): void => {}
  #failures = 0

  constructor (place: Place) {
    this.#place = place
  }

  /** An answer, whichever. Rejects with a refusal that asking again does not change, and when the signal aborts. */
  async ask (method: string, path: string, what: Ask, seconds = 10): Promise<Answer> {
    for (let failures = 0; ; failures++) {
      try {
        const answer = await ask({ ...this.#place, retries: 0, fetch: impatient(seconds) }, method, path, what)
        this.#answers()
        return answer
      } catch (error) {
        if (error instanceof PresqueError && error.status !== 503) this.#answers()
        if (what.signal?.aborted || isForGood(error)) throw error
        this.#fails(error as Error)
        await pause(backoff(failures), what.signal)
      }
    }
  }

  async take (queues: string[], query: Query & { wait: number }, what: Ask): Promise<Taken | null> {
    try {
      return taken(await this.ask('POST', `/q/${queues.join(',')}/take`, { ...what, query }, query.wait + 10))
    } catch (error) {
      if (isEmpty(error)) return null
      throw error
    }
  }

  /** Tells how a job went. The next one may come with the answer. A repetition finds the job gone: then the first try has arrived. */
  async settle ({ queue, id, receipt }: Taken, verb: string, { query, ...what }: Ask): Promise<{ how: Settled, next?: Taken, text?: string, why?: string }> {
    try {
      const answer = await this.ask('POST', `/j/${queue}/${id}/${verb}`, { query: { receipt, ...query }, ...what })
      return answer.headers.has('x-presque-receipt') ? { how: 'done', next: taken(answer) } : { how: 'done', text: answer.text }
    } catch (error) {
      if (isEmpty(error)) return { how: 'done' }
      if (isRefusal(error, 404)) return { how: 'gone' }
      if (isRefusal(error, 409)) return { how: 'lost' }
      return { how: !what.signal?.aborted && isAboutContent(error) ? 'wrong' : 'refused', why: (error as Error).message }
    }
  }

  /** Keeps jobs of one queue: for each, in order, null or why it was refused. */
  async touchMany (jobs: Delivered[], { lease, worker, onQuiet, signal }: TouchMany): Promise<Array<PresqueError | null>> {
    const body = JSON.stringify({ jobs: jobs.map(({ id, receipt }) => ({ id, receipt, lease })) })
    const headers = worker === undefined ? {} : { 'x-presque-workerid': worker }
    const { text } = await this.ask('POST', `/qb/${jobs[0]!.queue}/touch`, { body, headers, onQuiet, signal })
    return (JSON.parse(text) as Array<{ error?: string }>).map(refusalIn)
  }

  // One broken connection is nothing: it may have been idle for too long.
  #fails ({ message, cause }: Error): void {
    const why = (cause as NodeJS.ErrnoException | undefined)?.code ?? message
    if (++this.#failures === 2) this.#place.log.warn(`presque at ${this.#place.url} is away (${why}): trying again`)
  }

  #answers (): void {
    const wasAway = this.#failures >= 2
    this.#failures = 0
    if (!wasAway) return
    this.#place.log.warn('presque answers again')
    this.onReturn()
  }
}

// A server that has frozen holds its connections for ever. A controller for each request: a joint signal would stay with the one that lasts.
function impatient (seconds: number): typeof fetch {
  return async (url, init) => {
    const one = new AbortController()
    const stop = () => one.abort(init?.signal?.reason)
    const timer = setTimeout(() => one.abort(new TypeError(`no answer in ${seconds} s`)), seconds * 1000)
    init?.signal?.addEventListener('abort', stop, { once: true })
    try {
      const answer = await fetch(url, { ...init, signal: one.signal })
      return new Response(answer.status === 204 ? null : await answer.arrayBuffer(), answer)
    } finally {
      clearTimeout(timer)
      init?.signal?.removeEventListener('abort', stop)
    }
  }
}

function isForGood (error: unknown): boolean {
  return error instanceof PresqueError && error.status < 500 && ![408, 429].includes(error.status)
}

function isEmpty (error: unknown): boolean {
  return isRefusal(error, 404) && ['no job', 'queue is closed'].includes(error.message)
}

function taken ({ headers, text }: Answer): Taken {
  const named = (name: string) => headers.get(`x-presque-${name}`) ?? ''
  return { queue: named('queue'), id: named('job'), receipt: named('receipt'), attempt: Number(named('attempt')), payload: text, traceparent: headers.get('traceparent') }
}
