import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { queues } from '../queue/queue.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import type { Migration } from './migration.ts'

type Progress = [migrated: number, queue: string, cursor: string]

const claiming = script<Array<string | null> | null>('claim_migration')

// For how long a dead server keeps its turn.
const leaseMs = 10_000
const noteEveryMs = 250
const logEveryMs = 10_000

// A step that takes longer is followed by a smaller one.
const targetStepMs = 5
const maxEntriesPerStep = 250

/** Migrates all queues. One server at a time does, and another goes on where it has stopped. */
export class Migrator {
  readonly #redis: RedisClient
  readonly #migrations: Migration[]
  readonly #log: (sentence: string) => void
  readonly #server = randomUUID()
  #closed = false
  #limit = 10
  #notedAt = 0
  #loggedAt = 0

  constructor (redis: RedisClient, migrations: Migration[], log: (sentence: string) => void) {
    this.#redis = redis
    this.#migrations = migrations
    this.#log = log
  }

  /** `run` ends after the step that is under way. */
  close (): void {
    this.#closed = true
  }

  /** Migrates the queues that are left. Resolves at once while another server does. */
  async run (): Promise<void> {
    let progress = await this.#note(leaseMs)
    for (const { to, step } of this.#migrations) {
      if (progress === null || this.#closed) break
      if (to > progress[0]) progress = await this.#migrate(to, step, progress)
    }
    if (progress !== null) await this.#note(0)
  }

  // Resolves to its progress; null if another server has the turn by now.
  async #migrate (to: number, step: Migration['step'], from: Progress): Promise<Progress | null> {
    const [migrated, queue, cursor] = from
    const names = (await queues(this.#redis)).filter(name => name >= queue)
    const count = names.length
    if (count > 0) this.#log(`${count} queues go from layout ${migrated} to ${to} while all serve`)
    this.#loggedAt = performance.now()
    for (const [i, name] of names.entries()) {
      let next = name === queue ? cursor || '0' : '0'
      do {
        if (this.#closed) return await this.#note(leaseMs, [migrated, name, next])
        // Before the step: a server that stood still learns here that another has gone on.
        const isDue = performance.now() - this.#notedAt > noteEveryMs
        if (isDue && await this.#note(leaseMs, [migrated, name, next]) === null) return null
        next = await this.#step(step, name, next)
      } while (next !== '0')
      this.#tell(to, i + 1, count)
    }
    if (count > 0) this.#log(`all queues have layout ${to}`)
    return await this.#note(leaseMs, [to, '', ''])
  }

  // As long as it took, others have Redis to themselves.
  async #step (step: Migration['step'], queue: string, cursor: string): Promise<string> {
    const start = performance.now()
    const next = await step(this.#redis, queue, cursor, this.#limit)
    const took = performance.now() - start
    this.#limit = took > targetStepMs
      ? Math.max(1, this.#limit >> 1)
      : Math.min(maxEntriesPerStep, this.#limit * 2)
    await delay(Math.min(took, 100))
    return next
  }

  async #note (ms: number, progress: Progress | [] = []): Promise<Progress | null> {
    const noted = await claiming(this.#redis, '', { server: this.#server, lease: ms, progress })
    this.#notedAt = performance.now()
    if (noted === null) return null
    const [migrated, queue, cursor] = noted
    return [Number(migrated ?? 1), queue ?? '', cursor ?? '']
  }

  #tell (to: number, done: number, all: number): void {
    if (performance.now() - this.#loggedAt < logEveryMs) return
    this.#loggedAt = performance.now()
    this.#log(`${done} of ${all} queues have layout ${to}`)
  }
}
