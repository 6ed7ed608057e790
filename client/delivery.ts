import { valueEnd } from './json-text.ts'

/** A job on lease. */
export interface Delivery<Payload = any> {
  readonly queue: string
  readonly id: string
  /** What proves this delivery. */
  readonly receipt: string
  /** 1 for the first delivery. */
  readonly attempt: number
  /** Until when it is kept, in epoch seconds by the clock of Redis. */
  readonly expires: number
  /** The payload byte for byte, as it was pushed. */
  readonly text: string
  /** The payload, parsed when it is first asked for. */
  readonly payload: Payload
}

/** What names one delivery of a job. */
export type Delivered = Pick<Delivery, 'queue' | 'id' | 'receipt'>

/** A job taken for good: all there is of it is its payload. */
export type Taken<Payload = any> = Pick<Delivery<Payload>, 'text' | 'payload'>

class Parsed {
  readonly text: string
  #payload: unknown

  constructor (text: string) {
    this.text = text
  }

  get payload (): any {
    this.#payload ??= JSON.parse(this.text)
    return this.#payload
  }
}

class Leased extends Parsed implements Delivery {
  readonly queue: string
  readonly id: string
  readonly receipt: string
  readonly attempt: number
  readonly expires: number

  constructor (text: string, { queue, id, receipt, attempt, expires }: Omit<Delivery, 'text' | 'payload'>) {
    super(text)
    this.queue = queue
    this.id = id
    this.receipt = receipt
    this.attempt = attempt
    this.expires = expires
  }
}

/** The job that came with an answer. */
export function delivered ({ headers, text }: { headers: Headers, text: string }): Delivery {
  const named = (name: string) => headers.get(`x-presque-${name}`) ?? ''
  return new Leased(text, {
    queue: named('queue'),
    id: named('job'),
    receipt: named('receipt'),
    attempt: Number(named('attempt')),
    expires: Number(named('lease-expires'))
  })
}

export function taken (text: string): Taken {
  return new Parsed(text)
}

/** The jobs of a batch on lease, each with its own bytes. */
export function deliveredAll (queue: string, text: string): Delivery[] {
  const jobs = JSON.parse(text) as Array<Omit<Delivery, 'text' | 'queue'>>
  const texts = payloadTexts(text, jobs.length)
  return jobs.map((job, i) => new Leased(texts[i]!, { ...job, queue }))
}

// Every entry is {"id":..,"receipt":..,"attempt":..,"expires":..,"payload":<as pushed>}, in this order.
// What is before the payload holds no such name: a quote within a string is escaped.
function payloadTexts (text: string, count: number): string[] {
  const texts: string[] = []
  for (let at = 0; texts.length < count;) {
    const from = text.indexOf(payloadMark, at) + payloadMark.length
    at = valueEnd(text, from)
    texts.push(text.slice(from, at))
  }
  return texts
}

const payloadMark = '"payload":'
