import type { Job } from './job.ts'

/** The members of a job that a list shows, by their names. Texts are JSON as it came in. */
export type Excerpt = Partial<Job> & { payload_head?: string }

/**
 * - `fields`: which members to show; all if undefined
 * - `payloadMax`: how many bytes of a payload; all if undefined
 */
export interface ExcerptOptions {
  fields?: ReadonlySet<string> | undefined
  payloadMax?: number | undefined
}

/**
 * The part of a job that was asked for. A payload of more than `payloadMax` bytes is null, with
 * its size and its beginning beside it; an error that is longer keeps its type and message alone.
 */
export function excerpt (job: Job, { fields, payloadMax }: ExcerptOptions): Excerpt {
  const short: Excerpt = payloadMax === undefined ? job : shorten(job, payloadMax)
  if (fields === undefined) return short
  const isWanted = (name: string) => fields.has(name.replace(/^payload_.*/, 'payload'))
  return Object.fromEntries(Object.entries(short).filter(([name]) => isWanted(name)))
}

function shorten (job: Job, max: number): Excerpt {
  const { payload, last_error: error } = job
  const size = job.payload_size ?? Buffer.byteLength(payload)
  const head = size > max && {
    payload: 'null',
    payload_size: size,
    payload_head: headOf(payload, max)
  }
  const shortened = error === null || error.length <= max ? error : shortenError(error, max)
  return { ...job, ...head, last_error: shortened }
}

// Whole characters alone: bytes that are cut within a character are read as U+FFFD.
function headOf (text: string, max: number): string {
  const bytes = Buffer.from(text).subarray(0, max).toString()
  return bytes.replace(/\ufffd$/, '')
}

function shortenError (json: string, max: number): string {
  const { type, message } = parseError(json)
  const short = {
    ...(isText(type) && { type: type.slice(0, max) }),
    ...(isText(message) && { message: message.slice(0, max) })
  }
  return JSON.stringify(short)
}

// The route has accepted objects alone. One that is too deep to be parsed again shows nothing.
function parseError (json: string): { type?: unknown, message?: unknown } {
  try {
    return JSON.parse(json)
  } catch {
    return {}
  }
}

function isText (value: unknown): value is string {
  return typeof value === 'string'
}
