import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { moveBatch } from './move.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'

type StepReply = [pause: number, batch?: number, to?: string, ...fields: string[]]

const scripts = {
  claim: script<string[]>('claim_operations'),
  lease: script<number>('lease_operation'),
  step: script<StepReply>('step_operation')
}

// Renewed at a third of limits.operation_lease_ms.
const renewedMs = 1000

const claimedAtOnce = 100

/**
 * Carries an operation on by a step. Resolves to the ms after which the next one follows; -1 if
 * none does by itself.
 */
export async function stepOperation (
  redis: RedisClient, queue: string, id: string, { now }: { now?: number } = {}
): Promise<number> {
  const args = { id, now: milliseconds(now) }
  const [pause, number, to, ...fields] = await scripts.step(redis, queue, args)
  if (number !== undefined) await moveBatch(redis, queue, id, { number, to: to!, fields }, { now })
  return pause
}

/** An operation that this server has: `member` is its id and its queue; `until` in ms. */
interface Claim { member: string, until: number }

/**
 * Carries operations on, beside the operators of all other servers: one that a server has claimed
 * is left to it while it renews its claim. Does nothing until it is told to look.
 */
export class Operator {
  readonly #redis: RedisClient
  readonly #failed: (error: unknown) => void
  readonly #running = new Map<string, Promise<void>>()
  readonly #closing = new AbortController()
  #claiming: Promise<void> | undefined

  /** `failed` is called with each error; some server goes on with the operation. */
  constructor (redis: RedisClient, failed: (error: unknown) => void) {
    this.#redis = redis
    this.#failed = failed
    // Each operation that it carries on listens, too.
    setMaxListeners(0, this.#closing.signal)
  }

  /** Claims what no server has, and carries it on. */
  look (): void {
    if (this.#closing.signal.aborted) return
    this.#claiming ??= this.#claim().catch(this.#failed).finally(() => {
      this.#claiming = undefined
    })
  }

  /** Leaves its operations to other servers. Resolves once it does nothing more. */
  async close (): Promise<void> {
    this.#closing.abort()
    await this.#claiming
    await Promise.all(this.#running.values())
  }

  async #claim (): Promise<void> {
    const fields = await scripts.claim(this.#redis, '', { limit: claimedAtOnce })
    for (let i = 0; i < fields.length; i += 2) {
      const claim = { member: fields[i]!, until: Number(fields[i + 1]) }
      // One that this server has been late to renew has a loop, which ends by itself.
      const before = this.#running.get(claim.member) ?? Promise.resolve()
      const run = before.then(async () => await this.#run(claim)).catch(this.#failed)
      this.#running.set(claim.member, run)
      void run.finally(() => {
        if (this.#running.get(claim.member) === run) this.#running.delete(claim.member)
      })
    }
  }

  // Ends when nothing is left to do, another server has the claim, or this one closes.
  async #run (claim: Claim): Promise<void> {
    for (let renewed = performance.now(); ;) {
      if (this.#closing.signal.aborted) return await this.#lease(claim, 'leave')
      const pause = await this.#step(claim)
      if (pause < 0) return await this.#lease(claim, 'end')
      if (performance.now() - renewed >= renewedMs) {
        await this.#lease(claim, 'renew')
        if (claim.until === 0) return
        renewed = performance.now()
      }
      await delay(pause, undefined, { ref: false, signal: this.#closing.signal }).catch(() => {})
    }
  }

  async #step ({ member }: Claim): Promise<number> {
    const [id, queue] = member.split(' ') as [string, string]
    return await stepOperation(this.#redis, queue, id)
  }

  async #lease (claim: Claim, what: 'renew' | 'leave' | 'end'): Promise<void> {
    const args = { member: claim.member, was: claim.until, what }
    claim.until = await scripts.lease(this.#redis, '', args)
  }
}
