import { valueEnd } from './json-text.ts'
import type { Answer } from './http/request.ts'

/** A job on lease. */
export interface Delivery<Payload = any> {
  readonly queue: string
  readonly id: string
  /** The proof of this delivery. */
  readonly receipt: string
  /** 1 for the first delivery. */
  readonly attempt: number
  /** When the lease expires, in epoch seconds by the clock of Redis. */
  readonly expires: number
  /** Of the push (W3C Trace Context), where it had one. */
  readonly traceparent?: string | undefined
  /** The payload byte for byte, as it was pushed. */
  readonly text: string
  /** The payload, parsed when it is first read. */
  readonly payload: Payload
}

/** What identifies one delivery of a job. */
export type Delivered = Pick<Delivery, 'queue' | 'id' | 'receipt'>

/** A job taken for good: its payload is all that is left of it. */
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

class Leased implements Delivery {
  readonly queue: string
  readonly id: string
  readonly receipt: string
  readonly attempt: number
  readonly expires: number
  readonly traceparent: string | undefined
  readonly #textOf: () => string
  #payload: unknown

  constructor (
    queue: string, facts: Omit<Delivery, 'text' | 'queue'>, textOf: () => string
  ) {
    this.queue = queue
    this.id = facts.id
    this.receipt = facts.receipt
    this.attempt = facts.attempt
    this.expires = facts.expires
    this.traceparent = facts.traceparent
    this.#payload = facts.payload
    this.#textOf = textOf
  }

  get text (): string {
    return this.#textOf()
  }

  get payload (): any {
    this.#payload ??= JSON.parse(this.text)
    return this.#payload
  }
}

/** The job that came with an answer. */
export function delivered ({ header, text }: Pick<Answer, 'header' | 'text'>): Delivery {
  const value = (name: string) => header(`x-presque-${name}`) ?? ''
  const facts = {
    id: value('job'),
    receipt: value('receipt'),
    attempt: Number(value('attempt')),
    expires: Number(value('lease-expires')),
    traceparent: header('traceparent'),
    payload: undefined
  }
  return new Leased(value('queue'), facts, () => text)
}

export function taken (text: string): Taken {
  return new Parsed(text)
}

/** A job of a batch on lease, as the server sends it. */
export type DeliveredJson = Omit<Delivery, 'text' | 'queue'>

/** The jobs of a batch on lease, each with its own bytes. */
export function deliveredAll (queue: string, text: string): Delivery[] {
  return deliveriesOf(queue, text, JSON.parse(text))
}

/** The same for an answer that has the jobs as its last member, and was parsed already. */
export function deliveriesOf (queue: string, text: string, jobs: DeliveredJson[]): Delivery[] {
  // Few handlers read the bytes of a payload: they are looked for when the first one is read.
  let texts: string[] | undefined
  const textAt = (i: number) => {
    texts ??= payloadTexts(text, jobs.length)
    return texts[i]!
  }
  return jobs.map((job, i) => new Leased(queue, job, () => textAt(i)))
}

const payloadMark = '"payload":'

// Each entry is {"id":..,"receipt":..,"attempt":..,"expires":..,"payload":<as pushed>}, perhaps
// with the trace before the payload. In a string there, the quotes of the mark are escaped.
function payloadTexts (text: string, count: number): string[] {
  const texts: string[] = []
  for (let at = 0; texts.length < count;) {
    const from = text.indexOf(payloadMark, at) + payloadMark.length
    at = valueEnd(text, from)
    texts.push(text.slice(from, at))
  }
  return texts
}
