import type {
  Act,
  Asked,
  Change,
  Delivery,
  Job,
  LostTakes,
  Options,
  Push,
  Violation
} from './events.ts'

export type * from './events.ts'

/**
 * Everything that clients asked and heard. Times are in ms since 1970, by a clock that never goes
 * back.
 */
const origin = Date.now() - performance.now()
export const clock = (): number => origin + performance.now()

export class History {
  readonly pushes = new Map<string, Push>()
  readonly violations: Violation[] = []
  readonly changes: Change[] = []
  readonly asked: Asked[] = []
  readonly #jobs = new Map<string, Job>()
  readonly #lostTakes = new Map<string, LostTakes>()
  readonly #receipts = new Set<string>()
  readonly #reborn: string[]
  readonly tally = new Map<string, number>()

  /**
   * `reborn`: queues that are purged, in which ids begin again and say nothing about who is who.
   */
  constructor (reborn: string[] = []) {
    this.#reborn = reborn
  }

  /** A push that is about to be sent. Its outcome is not known yet. */
  push (token: string, queue: string, payload: string, options: Options, actor: string): Push {
    const job: Job = { queue, id: null, pushes: [], deliveries: [], acts: [] }
    const push: Push = {
      token,
      queue,
      payload,
      options,
      actor,
      sent: clock(),
      answered: Infinity,
      outcome: 'unknown',
      job
    }
    job.pushes.push(push)
    this.pushes.set(token, push)
    return push
  }

  /** A push was answered with an id. */
  identify (push: Push, id: string): Job {
    const name = `${push.queue}/${this.#reborn.includes(push.queue) ? push.token : id}`
    const known = this.#jobs.get(name)
    if (push.job.id !== null && push.job.id !== id) {
      this.violate(
        'a push makes one job',
        push.queue,
        `it has the ids ${push.job.id} and ${id}`,
        push.job
      )
    } else if (known === undefined) this.#jobs.set(name, Object.assign(push.job, { id }))
    else if (known !== push.job) this.#merge(known, push)
    return push.job
  }

  // A job that has two names is one: one push replaced the other, whichever of the two was
  // heard of first.
  #merge (known: Job, { job: other, token, queue }: Push): void {
    if (
      ![...known.pushes, ...other.pushes].some(({ options }) => options.on_duplicate === 'replace')
    ) {
      this.violate(
        'an id belongs to one job',
        queue,
        `${token} came under the id ${known.id}`,
        known
      )
    }
    known.pushes.push(...other.pushes)
    known.deliveries.push(...other.deliveries)
    known.acts.push(...other.acts)
    for (const push of other.pushes) push.job = known
  }

  /**
   * A job came; `payload` as it was read. Returns the job, or null when no client pushed it.
   */
  delivered (
    queue: string,
    id: string | null,
    payload: string,
    delivery: Omit<Delivery, 'token'>
  ): Job | null {
    const token = tokenIn(payload)
    const push = this.pushes.get(token)
    this.count(`delivery ${delivery.kind}${delivery.attempt > 1 ? ' again' : ''}`)
    if (push === undefined || push.queue !== queue) {
      this.violate('nothing unknown appears', queue, payload.slice(0, 200), push?.job ?? null)
      return null
    }
    const job = id === null ? push.job : this.identify(push, id)
    job.deliveries.push({ ...delivery, token })
    if (payload !== push.payload) {
      this.violate(
        'the bytes that come back are those that went in',
        queue,
        `${push.payload} became ${payload}`,
        job
      )
    }
    if (delivery.kind === 'lease') this.#noteReceipt(job, delivery.receipt)
    return job
  }

  #noteReceipt (job: Job, receipt: string): void {
    const name = `${job.queue}/${receipt}`
    if (this.#receipts.has(name)) {
      this.violate('every delivery has a receipt of its own', job.queue, receipt, job)
    }
    this.#receipts.add(name)
  }

  act (job: Job, act: Act): void {
    job.acts.push(act)
    this.count(`${act.verb} ${act.state ?? act.outcome}`)
  }

  /** The answer to a take of at most `count` jobs was lost. */
  lostTake (queues: string[], kind: 'lease' | 'good', count: number): void {
    this.count(`take ${kind} unknown`)
    for (const queue of queues) this.lostTakes(queue)[kind] += count
  }

  lostTakes (queue: string): LostTakes {
    const lost = this.#lostTakes.get(queue) ?? { lease: 0, good: 0 }
    this.#lostTakes.set(queue, lost)
    return lost
  }

  jobs (): Set<Job> {
    return new Set([...this.pushes.values()].map(push => push.job))
  }

  change (change: Change): void {
    this.changes.push(change)
    this.count(`${change.verb} ${change.outcome}`)
  }

  violate (rule: string, queue: string, detail: string, job: Job | null): void {
    this.violations.push({ rule, queue, detail, job })
  }

  count (what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1)
  }
}

export function tokenIn (payload: string): string {
  return String((JSON.parse(payload) as { token?: unknown }).token)
}
