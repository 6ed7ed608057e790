import { valueEnd } from './json-text.ts'

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

class Leased extends Parsed implements Delivery {
  readonly queue: string
  readonly id: string
  readonly receipt: string
  readonly attempt: number
  readonly expires: number
  readonly traceparent: string | undefined

  constructor (text: string, facts: Omit<Delivery, 'text' | 'payload'>) {
    super(text)
    this.queue = facts.queue
    this.id = facts.id
    this.receipt = facts.receipt
    this.attempt = facts.attempt
    this.expires = facts.expires
    this.traceparent = facts.traceparent
  }
}

/** The job that came with an answer. */
export function delivered ({ headers, text }: { headers: Headers, text: string }): Delivery {
  const header = (name: string) => headers.get(`x-presque-${name}`) ?? ''
  return new Leased(text, {
    queue: header('queue'),
    id: header('job'),
    receipt: header('receipt'),
    attempt: Number(header('attempt')),
    expires: Number(header('lease-expires')),
    traceparent: headers.get('traceparent') ?? undefined
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
