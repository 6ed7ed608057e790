import type { Test } from 'tap'
import { ack } from '../../operations/job/ack.ts'
import { cancel, cancelAll, retryAll } from '../../operations/job/bulk.ts'
import type { Delivery } from '../../operations/job/delivery.ts'
import { nack } from '../../operations/job/nack.ts'
import { push, type NewJob } from '../../operations/job/push.ts'
import { restore } from '../../operations/job/put-back.ts'
import { release } from '../../operations/job/release.ts'
import { take } from '../../operations/job/take.ts'
import { touch } from '../../operations/job/touch.ts'
import { migrations } from '../../operations/layout/migration.ts'
import { queueStatus } from '../../operations/queue/queue.ts'
import type { RedisClient } from '../../operations/redis/store.ts'
import type { Random } from './random.ts'
import { Line } from './ready-queue-model.ts'
import { toLayout2 } from './redis/layout2.ts'

const proof = ({ id, lease }: Delivery) => ({ id, receipt: lease!.receipt })

export const ids = (list: Array<{ id: string }>): string[] => list.map(({ id }) => id)

/** What may be done to a queue, by the names of methods. */
export const acts = [
  'push',
  'replace',
  'cancel',
  'cancelSome',
  'take',
  'takeForGood',
  'putBack',
  'end',
  'lose',
  'redrive',
  'runNow',
  'toLayout2',
  'migrate'
] as const

const toLayout3 = migrations.find(({ to }) => to === 3)!

/** A queue to which much is done by chance, beside a model of what stands in it. */
export class ChangingQueue {
  readonly redis: RedisClient
  readonly random: Random
  readonly line = new Line()
  now = 1_800_000_000
  readonly #t: Test
  readonly #held: Delivery[] = []
  readonly #failed = new Set<string>()
  readonly #delayed = new Set<string>()
  readonly #keys = new Map<string, string>()
  #takenForGood: Delivery[] = []
  #pushed = 0

  constructor (t: Test, redis: RedisClient, random: Random) {
    this.#t = t
    this.redis = redis
    this.random = random
  }

  get counts (): Record<string, number> {
    return {
      waiting: this.line.all.length,
      failed: this.#failed.size,
      delayed: this.#delayed.size,
      active: this.#held.length
    }
  }

  async add (count: number): Promise<void> {
    const batch = Array.from({ length: count }, (): NewJob => {
      if (this.random.chance(0.5)) return { payload: '{}' }
      return { payload: '{}', uniq: `k${this.#pushed++}`, priority: this.#priority() }
    })
    const pushed = await push(this.redis, 'mail', batch, { now: this.#tick() })
    pushed.forEach(({ id }, i) => {
      const { priority = 5, uniq } = batch[i]!
      this.line.join(id, priority)
      if (uniq !== undefined) this.#keys.set(id, uniq)
    })
  }

  async push (): Promise<void> {
    await this.add(this.random.whole(1, 20))
  }

  async replace (): Promise<void> {
    for (let n = this.random.whole(1, 40); n > 0 && this.line.all.length > 0; n--) {
      const [id, priority] = [this.#one(), this.#priority()]
      if (!this.#keys.has(id)) continue
      const again = { payload: '{"again":1}', uniq: this.#keys.get(id), priority }
      const now = this.#tick()
      await push(this.redis, 'mail', [{ ...again, on_duplicate: 'replace' }], { now })
      this.line.join(id, priority)
    }
  }

  async cancel (): Promise<void> {
    for (let n = this.random.whole(1, 60); n > 0 && this.line.all.length > 0; n--) {
      const id = this.#one()
      await cancel(this.redis, 'mail', id, { now: this.now })
      this.line.leave(id)
    }
  }

  async cancelSome (): Promise<void> {
    const limit = this.random.whole(0, 5)
    const gone = this.line.oldest(limit)
    const count = await cancelAll(this.redis, 'mail', 'waiting', limit, { now: this.now })
    this.#t.equal(count, gone.length)
    gone.forEach(id => this.line.leave(id))
  }

  async take (): Promise<void> {
    const count = this.random.whole(1, 10)
    const lease = this.random.chance(0.5) ? 1 : 10_000
    const taken = await take(this.redis, 'mail', { count, lease, now: this.now })
    this.#t.same(ids(taken), this.line.all.slice(0, count))
    this.#held.push(...taken)
    ids(taken).forEach(id => this.line.leave(id))
  }

  async takeForGood (): Promise<void> {
    const taken = await take(this.redis, 'mail', { count: this.random.whole(1, 5), now: this.now })
    this.#t.same(ids(taken), this.line.all.slice(0, taken.length))
    ids(taken).forEach(id => this.line.leave(id))
    this.#takenForGood = taken.filter(({ id }) => this.line.priorities.get(id) === 5)
  }

  /** Puts back the jobs of the last take for good, as if its answer had reached no client. */
  async putBack (): Promise<void> {
    const back = this.#takenForGood.splice(0)
    if (back.length === 0) return
    this.#t.equal(await restore(this.redis, 'mail', back, { now: this.#tick() }), back.length)
    for (const id of ids(back).reverse()) this.line.again(id, true)
  }

  /** As a version of layout 2 would have left it. */
  async toLayout2 (): Promise<void> {
    const order = this.line.all.filter(id => this.line.priorities.get(id) === 5)
    await toLayout2(this.redis, 'mail', order)
  }

  async migrate (): Promise<void> {
    for (let n = this.random.whole(1, 5); n > 0; n--) {
      await toLayout3.step(this.redis, 'mail', '0', this.random.whole(1, 400))
    }
  }

  async end (): Promise<void> {
    for (const job of this.#held.splice(0, this.random.whole(1, 5))) await this.#endOne(job)
  }

  /** Their leases expire, and some are touched, acked or nacked late. */
  async lose (): Promise<void> {
    const short = this.#held
      .filter(({ lease }) => lease!.expires <= this.now + 2)
      .sort((a, b) => a.lease!.expires - b.lease!.expires || Number(a.id) - Number(b.id))
    this.#tick()
    this.now += 2
    await queueStatus(this.redis, 'mail', { now: this.now })
    this.line.allAgain(ids(short))
    for (const job of short) {
      this.#held.splice(this.#held.indexOf(job), 1)
      await this.#endLate(job)
    }
  }

  async redrive (): Promise<void> {
    await this.#runAgain('failed', this.#failed)
  }

  async runNow (): Promise<void> {
    await this.#runAgain('delayed', this.#delayed)
  }

  async #endOne (job: Delivery): Promise<void> {
    // Several that are put back to the front of another priority stand there by their ids.
    const ways = ['ack', 'delay', 'now', 'fail', 'release', 'front'] as const
    const isPlain = this.line.priorities.get(job.id) === 5
    const how = this.random.pick(isPlain ? ways : ways.slice(0, 5))
    if (how === 'ack') await ack(this.redis, 'mail', [proof(job)], { now: this.now })
    else if (how === 'release' || how === 'front') await this.#release(job, how === 'front')
    else await this.#nack(job, how)
  }

  async #release (job: Delivery, front: boolean): Promise<void> {
    await release(this.redis, 'mail', proof(job), { front, now: this.#tick() })
    this.line.again(job.id, front)
  }

  async #nack (job: Delivery, how: 'delay' | 'now' | 'fail'): Promise<void> {
    const more = how === 'fail' ? { retry: false } : { delay: how === 'now' ? 0 : 1e6 }
    await nack(this.redis, 'mail', [{ ...proof(job), ...more }], { now: this.#tick() })
    if (how === 'now') this.line.again(job.id)
    else (how === 'fail' ? this.#failed : this.#delayed).add(job.id)
  }

  async #endLate (job: Delivery): Promise<void> {
    const { redis, now } = this
    const how = this.random.pick(['ack', 'touch', 'fail', 'nothing'] as const)
    if (how === 'nothing') return
    this.line.leave(job.id)
    if (how === 'ack') await ack(redis, 'mail', [proof(job)], { now })
    else if (how === 'fail') {
      await nack(redis, 'mail', [{ ...proof(job), retry: false }], { now })
      this.#failed.add(job.id)
    } else {
      await touch(redis, 'mail', [{ ...proof(job), lease: 10_000 }], { now })
      this.#held.push({ ...job, lease: { ...job.lease!, expires: now + 10_000 } })
    }
  }

  async #runAgain (state: 'failed' | 'delayed', those: Set<string>): Promise<void> {
    const limit = this.random.whole(0, 5)
    const again = [...those].slice(0, limit)
    const found = await retryAll(this.redis, 'mail', state, limit, { now: this.#tick() })
    this.#t.match(found, { count: again.length })
    again.forEach(id => those.delete(id))
    this.line.allAgain(again)
  }

  // Of those that are far from both ends as well as of the others.
  #one (): string {
    return this.random.pick(this.line.all)
  }

  #tick (): number {
    return (this.now += 0.001)
  }

  #priority (): number {
    return this.random.pick([5, 5, 5, 5, 5, 5, 5, 5, 1, 9])
  }
}
