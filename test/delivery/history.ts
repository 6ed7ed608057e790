/** Everything that clients asked and heard. Times are in ms since 1970, by a clock that never goes back. */
const origin = Date.now() - performance.now()
export const clock = (): number => origin + performance.now()

export interface Options {
  priority?: number
  delay?: number
  delayed?: number
  tries?: number
  ttl?: number
  keep?: number
  uniq?: string
  on_duplicate?: 'reject' | 'ignore' | 'replace'
}

interface Event { actor: string, sent: number, answered: number }

/** One payload that somebody pushed; `token` is written in it, and in no other. */
export interface Push extends Event {
  token: string
  queue: string
  payload: string
  options: Options
  outcome: 'sure' | 'unknown' | 'refused'
  job: Job
}

/** `at` and `expires` are of Redis's clock; of a job taken for good nobody knows them. */
export interface Delivery extends Event {
  token: string
  kind: 'lease' | 'good'
  at: number
  expires: number
  lease: number
  attempt: number
  receipt: string
}

/** `done`: accepted. `lost`: 409. `gone`: 404. `unknown`: the answer was lost, and it may have had its effect, or have it yet. */
export type Outcome = 'done' | 'lost' | 'gone' | 'unknown'
export type Verb = 'ack' | 'nack' | 'release' | 'touch' | 'cancel' | 'retry'

/** `at`: of a nack when the job runs again, of a touch the new end of the lease; both of Redis's clock. */
export interface Act extends Event {
  verb: Verb
  receipt: string
  outcome: Outcome
  state?: 'delayed' | 'failed'
  at?: number
  lease?: number
  delay?: number
}

/** Several pushes when later ones replaced it. The id of a job pushed in a batch is known from its first delivery on. */
export interface Job { queue: string, id: string | null, pushes: Push[], deliveries: Delivery[], acts: Act[] }

export interface Violation { rule: string, queue: string, detail: string, job: Job | null }

/** Takes whose answer was lost: so many jobs may have been delivered to nobody. */
export interface LostTakes { lease: number, good: number }

export class History {
  readonly pushes = new Map<string, Push>()
  readonly violations: Violation[] = []
  readonly #jobs = new Map<string, Job>()
  readonly #lostTakes = new Map<string, LostTakes>()
  readonly #receipts = new Set<string>()
  readonly tally = new Map<string, number>()

  /** What is about to be sent. Nobody knows yet what becomes of it. */
  push (token: string, queue: string, payload: string, options: Options, actor: string): Push {
    const job: Job = { queue, id: null, pushes: [], deliveries: [], acts: [] }
    const push: Push = { token, queue, payload, options, actor, sent: clock(), answered: Infinity, outcome: 'unknown', job }
    job.pushes.push(push)
    this.pushes.set(token, push)
    return push
  }

  /** A push was answered with an id. */
  identify (push: Push, id: string): Job {
    const name = `${push.queue}/${id}`
    const known = this.#jobs.get(name)
    if (push.job.id !== null && push.job.id !== id) this.violate('a push makes one job', push.queue, `it has the ids ${push.job.id} and ${id}`, push.job)
    else if (known === undefined) this.#jobs.set(name, Object.assign(push.job, { id }))
    else if (known !== push.job) this.#merge(known, push)
    return push.job
  }

  // What is known under two names is one job: one push replaced the other, whichever of the two was heard of first.
  #merge (known: Job, { job: other, token, queue }: Push): void {
    if (![...known.pushes, ...other.pushes].some(({ options }) => options.on_duplicate === 'replace')) this.violate('an id belongs to one job', queue, `${token} came under the id ${known.id}`, known)
    known.pushes.push(...other.pushes)
    known.deliveries.push(...other.deliveries)
    known.acts.push(...other.acts)
    for (const push of other.pushes) push.job = known
  }

  /** A job came; `payload` as it was read. Returns the job, or null when nobody has ever pushed it. */
  delivered (queue: string, id: string | null, payload: string, delivery: Omit<Delivery, 'token'>): Job | null {
    const token = tokenIn(payload)
    const push = this.pushes.get(token)
    this.count(`delivery ${delivery.kind}${delivery.attempt > 1 ? ' again' : ''}`)
    if (push === undefined || push.queue !== queue) {
      this.violate('nothing unknown appears', queue, payload.slice(0, 200), push?.job ?? null)
      return null
    }
    const job = id === null ? push.job : this.identify(push, id)
    job.deliveries.push({ ...delivery, token })
    if (payload !== push.payload) this.violate('the bytes that come back are those that went in', queue, `${push.payload} became ${payload}`, job)
    if (delivery.kind === 'lease') this.#noteReceipt(job, delivery.receipt)
    return job
  }

  #noteReceipt (job: Job, receipt: string): void {
    const name = `${job.queue}/${receipt}`
    if (this.#receipts.has(name)) this.violate('every delivery has a receipt of its own', job.queue, receipt, job)
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

  job (queue: string, id: string): Job | undefined {
    return this.#jobs.get(`${queue}/${id}`)
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

/** The whole life of a job as its clients saw it, in the order in which they asked. */
export function story (job: Job): string[] {
  const events = [
    ...job.pushes.map(push => ({ ...push, said: `push ${push.token} ${JSON.stringify(push.options)} -> ${push.outcome}` })),
    ...job.deliveries.map(d => ({ ...d, said: `${d.kind} ${d.token} -> attempt ${d.attempt}, receipt ${d.receipt}, by Redis's clock from ${d.at} to ${d.expires}` })),
    ...job.acts.map(act => ({ ...act, said: `${act.verb} ${act.receipt}${act.delay === undefined ? '' : ` delay ${act.delay}`} -> ${act.state ?? act.outcome} ${act.at ?? ''}` }))
  ]
  const lines = events.sort((a, b) => a.sent - b.sent).map(({ actor, sent, answered, said }) => `${sent.toFixed(1)} .. ${answered.toFixed(1)}  ${actor}  ${said}`)
  return [`job ${job.queue}/${job.id ?? '?'}`, ...lines]
}
