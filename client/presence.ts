import { isRefusal } from './error.ts'
import type { Consumer } from './consumer.ts'

/** What a worker says of itself. */
export interface Facts { worker_id: string, version: string, host?: string, pid?: number, concurrency: number, rss?: number }

/** Who asks the server. */
export type Asker = Pick<Consumer, 'request'>

// In ms.
const everyMs = 60_000
const lastWordsMs = 2000

/** The version of this client, which a worker says unless it is given one of its own: that of package.json. */
export const version = '0.1.0'

/** What this asks of its platform, which may be a browser: nothing of it need be there. */
interface Platform {
  process?: { pid?: number, memoryUsage?: { rss?: () => number }, getBuiltinModule?: (name: string) => { hostname?: () => string } | undefined }
  Deno?: unknown
}

const platform = globalThis as unknown as Platform

/** Keeps a worker known to presque: says what it is when it begins and once a minute, and takes its leave at the end. */
export class Presence {
  readonly #consumer: Asker
  readonly #queues: string[]
  readonly #facts: () => Facts
  #timer: ReturnType<typeof setInterval> | undefined
  #saying: Promise<void> = Promise.resolve()
  #brief = false

  constructor (consumer: Asker, queues: string[], facts: Omit<Facts, 'rss'>) {
    this.#consumer = consumer
    this.#queues = queues
    this.#facts = () => ({ ...facts, ...rss() })
  }

  begin (): void {
    this.say()
    this.#timer = setInterval(() => this.say(), everyMs)
  }

  async end (): Promise<void> {
    clearInterval(this.#timer)
    const signal = AbortSignal.timeout(lastWordsMs)
    // What is on its way would register the worker again.
    await Promise.race([this.#saying, new Promise(resolve => { signal.onabort = resolve })])
    const what = { query: { worker_id: this.#facts().worker_id }, signal }
    await Promise.all(this.#queues.map(queue => this.#consumer.request('DELETE', pathOf(queue), what).catch(() => {})))
  }

  /** Says it now. No work depends on it: what goes wrong is tried again in a minute. */
  say (): void {
    this.#saying = this.#saying.then(async () => {
      for (const queue of this.#queues) await this.#sayOn(queue)
    }).catch(() => {})
  }

  async #sayOn (queue: string): Promise<void> {
    try {
      await this.#register(queue)
    } catch (error) {
      // A server of before takes the id and nothing else.
      if (this.#brief || !isRefusal(error, 400)) throw error
      this.#brief = true
      await this.#register(queue)
    }
  }

  async #register (queue: string): Promise<void> {
    const { worker_id: id, ...facts } = this.#facts()
    const body = JSON.stringify({ worker_id: id, ...(!this.#brief && facts) })
    await this.#consumer.request('POST', pathOf(queue), { body, signal: AbortSignal.timeout(everyMs / 2) })
  }
}

/** Where this runs, as far as the platform tells. Deno would ask its user, so it is not asked. */
export function placeOf (): { host?: string, pid?: number } {
  const { process, Deno } = platform
  try {
    const host = Deno === undefined ? process?.getBuiltinModule?.('node:os')?.hostname?.() : undefined
    return { ...(host !== undefined && { host }), ...(typeof process?.pid === 'number' && { pid: process.pid }) }
  } catch {
    return {}
  }
}

/** A name for a worker that was given none: it differs between two workers of one process. */
export function nameOf ({ host = 'worker', pid }: { host?: string, pid?: number }): string {
  const random = [...crypto.getRandomValues(new Uint8Array(4))].map(byte => byte.toString(16).padStart(2, '0')).join('')
  return [host.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, 80), pid, random].filter(part => part !== undefined).join('-')
}

function rss (): { rss?: number } {
  try {
    const bytes = platform.process?.memoryUsage?.rss?.()
    return bytes === undefined ? {} : { rss: bytes }
  } catch {
    return {}
  }
}

const pathOf = (queue: string): string => `/w/${encodeURIComponent(queue)}`
