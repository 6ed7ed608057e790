import { hasStatus } from './error.ts'
import type { Consumer } from './consumer.ts'

/** What a worker tells of itself. */
export interface WorkerFacts {
  worker_id: string
  version: string
  host?: string
  pid?: number
  concurrency: number
  rss?: number
}

const everyMs = 60_000
const unregisterMs = 2000

/** The version of this client, that of package.json: a worker tells it unless it has its own. */
export const version = '0.1.0'

/** What this file asks of its platform, which may be a browser: none of it need be there. */
interface Platform {
  process?: {
    pid?: number
    memoryUsage?: { rss?: () => number }
    getBuiltinModule?: (name: string) => { hostname?: () => string } | undefined
  }
  Deno?: unknown
}

const platform = globalThis as unknown as Platform

/** Registers a worker when it begins and once a minute, and unregisters it at its end. */
export class Registration {
  readonly #consumer: Pick<Consumer, 'request'>
  readonly #queues: string[]
  readonly #facts: () => WorkerFacts
  #timer: ReturnType<typeof setInterval> | undefined
  #registering: Promise<void> = Promise.resolve()
  #hasOldServer = false

  constructor (
    consumer: Pick<Consumer, 'request'>, queues: string[], facts: Omit<WorkerFacts, 'rss'>
  ) {
    this.#consumer = consumer
    this.#queues = queues
    this.#facts = () => ({ ...facts, ...rss() })
  }

  begin (): void {
    this.register()
    this.#timer = setInterval(() => this.register(), everyMs)
  }

  async end (): Promise<void> {
    clearInterval(this.#timer)
    const signal = AbortSignal.timeout(unregisterMs)
    // A request that is on its way would register the worker again.
    const timeout = new Promise(resolve => signal.addEventListener('abort', resolve))
    await Promise.race([this.#registering, timeout])
    const what = { query: { worker_id: this.#facts().worker_id }, signal }
    await Promise.all(this.#queues.map(queue => {
      return this.#consumer.request('DELETE', pathOf(queue), what).catch(() => {})
    }))
  }

  /** Registers now. No job depends on it: after a failure it is tried again within a minute. */
  register (): void {
    this.#registering = this.#registering.then(async () => {
      for (const queue of this.#queues) await this.#registerOn(queue)
    }).catch(() => {})
  }

  async #registerOn (queue: string): Promise<void> {
    try {
      await this.#send(queue)
    } catch (error) {
      // An older server takes the id and nothing else.
      if (this.#hasOldServer || !hasStatus(error, 400)) throw error
      this.#hasOldServer = true
      await this.#send(queue)
    }
  }

  async #send (queue: string): Promise<void> {
    const { worker_id: id, ...facts } = this.#facts()
    const body = JSON.stringify({ worker_id: id, ...(!this.#hasOldServer && facts) })
    const signal = AbortSignal.timeout(everyMs / 2)
    await this.#consumer.request('POST', pathOf(queue), { body, signal })
  }
}

/** Host and process id, where the platform tells. Deno would ask its user, so it is not asked. */
export function hostAndPid (): { host?: string, pid?: number } {
  const { process, Deno } = platform
  try {
    const system = Deno === undefined ? process?.getBuiltinModule?.('node:os') : undefined
    const host = system?.hostname?.()
    const pid = process?.pid
    return { ...(host !== undefined && { host }), ...(typeof pid === 'number' && { pid }) }
  } catch {
    return {}
  }
}

/** A worker id for a worker that was given none: two workers of one process differ in it. */
export function newWorkerId ({ host = 'worker', pid }: { host?: string, pid?: number }): string {
  const bytes = [...crypto.getRandomValues(new Uint8Array(4))]
  const random = bytes.map(byte => byte.toString(16).padStart(2, '0')).join('')
  const printable = host.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, 80)
  return [printable, pid, random].filter(part => part !== undefined).join('-')
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
