import { ack } from '../../operations/job/ack.ts'
import { cancel, retryAll } from '../../operations/job/bulk.ts'
import type { Delivery } from '../../operations/job/delivery.ts'
import { nack } from '../../operations/job/nack.ts'
import { push } from '../../operations/job/push.ts'
import { release } from '../../operations/job/release.ts'
import { take } from '../../operations/job/take.ts'
import { touch } from '../../operations/job/touch.ts'
import { queueStatus } from '../../operations/queue/queue.ts'
import { queueKey, type QueueKey } from '../../operations/redis/keys.ts'
import type { RedisClient } from '../../operations/redis/store.ts'
import type { Random } from './random.ts'

const proof = ({ id, lease }: Delivery) => ({ id, receipt: lease!.receipt })

/** What happens to a queue, by the names of methods. */
export const flows = [
  'push', 'pushOthers', 'pushLater', 'take', 'takeForGood', 'end', 'touch', 'cancelSome', 'redrive',
  'pass'
] as const

export type FlowingState = 'waiting' | 'delayed' | 'retrying' | 'active' | 'failed'

/** A queue through which jobs flow by chance: plain ones, others, and in all directions. */
export class FlowingQueue {
  readonly redis: RedisClient
  readonly random: Random
  now = 1_800_000_000
  #last = 0
  readonly #held: Delivery[] = []

  constructor (redis: RedisClient, random: Random) {
    this.redis = redis
    this.random = random
  }

  /** Puts some dozens of jobs into a state. */
  async fill (state: FlowingState): Promise<void> {
    for (let n = 0; n < 8; n++) {
      await this.push()
      await this.pushOthers()
      if (state === 'delayed') await this.pushLater()
      if (state === 'waiting' || state === 'delayed') continue
      const options = { count: 8, lease: this.random.whole(5000, 20_000), worker: 'w1' }
      const taken = await take(this.redis, 'mail', { ...options, now: this.#tick() })
      if (state === 'active') this.#held.push(...taken)
      const how = state === 'failed' ? { retry: false } : { delay: this.random.whole(100, 900) }
      const failures = taken.map(job => ({ ...proof(job), ...how }))
      if (state !== 'active') await nack(this.redis, 'mail', failures, { now: this.#tick() })
    }
  }

  /** Which jobs are in a state, by the keys of Redis alone. */
  async idsIn (state: FlowingState): Promise<Set<string>> {
    await queueStatus(this.redis, 'mail', { now: this.now })
    if (state !== 'waiting') return new Set(await this.#members(state))
    const key = queueKey('mail', 'plain')
    const entries = (await this.redis.lrangeBuffer(key, 0, '-1')) as Buffer[]
    const plain = entries.filter(entry => entry.length > 6).map(entry => entry.readUIntBE(0, 6))
    const stored = await this.redis.hkeys(queueKey('mail', 'jobs'))
    const states = ['delayed', 'active', 'failed', 'completed', 'blocked'] as const
    const others = new Set((await Promise.all(states.map(name => this.#members(name)))).flat())
    return new Set([...plain.map(String), ...stored.filter(id => !others.has(id))])
  }

  async #members (name: QueueKey): Promise<string[]> {
    const members = await this.redis.zrange(queueKey('mail', name), 0, '-1')
    return members.map(member => member.slice(1))
  }

  #payload (): string {
    return JSON.stringify({ to: this.random.pick(['ann', 'ben']), n: ++this.#last })
  }

  async push (most = 8): Promise<void> {
    const count = this.random.whole(1, most)
    const batch = Array.from({ length: count }, () => ({ payload: this.#payload() }))
    await push(this.redis, 'mail', batch, { now: this.#tick() })
  }

  async pushOthers (): Promise<void> {
    const batch = Array.from({ length: this.random.whole(1, 8) }, () => ({
      payload: this.#payload(),
      priority: this.random.pick([1, 5, 5, 5, 8]),
      tries: 2
    }))
    await push(this.redis, 'mail', batch, { now: this.#tick() })
  }

  async pushLater (): Promise<void> {
    const batch = Array.from({ length: this.random.whole(1, 8) }, () => ({
      payload: this.#payload(),
      delay: this.random.pick([0.005, 1, 300, 700])
    }))
    await push(this.redis, 'mail', batch, { now: this.#tick() })
  }

  async take (): Promise<void> {
    const lease = this.random.chance(0.3) ? 1 : 10_000
    const options = { count: this.random.whole(1, 8), lease, now: this.#tick() }
    this.#held.push(...(await take(this.redis, 'mail', { ...options, worker: 'w1' })))
  }

  async takeForGood (): Promise<void> {
    await take(this.redis, 'mail', { count: this.random.whole(1, 4), now: this.#tick() })
  }

  /** Deliveries end in all ways, some of them late. */
  async end (): Promise<void> {
    for (const job of this.#some(6)) {
      this.#held.splice(this.#held.indexOf(job), 1)
      const [{ id, receipt }, now] = [proof(job), this.#tick()]
      const how = this.random.pick(['ack', 'retry', 'fail', 'release', 'front'] as const)
      const delay = this.random.pick([0, 1, 500])
      const about = { id, receipt, error: '{"type":"E","message":"no"}' }
      const ends = {
        ack: async () => await ack(this.redis, 'mail', [{ id, receipt }], { now }),
        retry: async () => await nack(this.redis, 'mail', [{ ...about, delay }], { now }),
        fail: async () => await nack(this.redis, 'mail', [{ ...about, retry: false }], { now }),
        release: async () => await release(this.redis, 'mail', { id, receipt }, { now }),
        front: async () => await release(this.redis, 'mail', { id, receipt }, { front: true, now })
      }
      await ends[how]().catch(() => {})
    }
  }

  async touch (): Promise<void> {
    const lease = this.random.pick([5, 9000, 20_000])
    const jobs = this.#some(6).map(job => ({ ...proof(job), lease }))
    if (jobs.length > 0) await touch(this.redis, 'mail', jobs, { now: this.#tick() })
  }

  async cancelSome (): Promise<void> {
    const ids = [...(await this.idsIn(this.random.pick(['waiting', 'delayed', 'failed'])))]
    for (let n = this.random.whole(0, 3); n > 0 && ids.length > 0; n--) {
      await cancel(this.redis, 'mail', this.random.pick(ids), { now: this.now }).catch(() => {})
    }
  }

  async redrive (): Promise<void> {
    const state = this.random.pick(['failed', 'delayed'] as const)
    await retryAll(this.redis, 'mail', state, this.random.whole(1, 4), { now: this.#tick() })
  }

  /** Time passes: jobs fall due, and leases expire. */
  async pass (): Promise<void> {
    this.now += this.random.pick([0.1, 1.5])
  }

  #some (most: number): Delivery[] {
    return this.#held.filter(() => this.random.chance(0.5)).slice(0, most)
  }

  #tick (): number {
    this.now = Math.round((this.now + 0.001) * 1000) / 1000
    return this.now
  }
}
