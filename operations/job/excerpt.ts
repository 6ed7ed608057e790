import type { Job } from './job.ts'

/** What a list tells of a job, by the names of its members. Texts are JSON as it came in. */
export type Excerpt = Partial<Job> & { payload_head?: string }

/** Which members of a job are told (all, if undefined), and how many bytes of a payload. */
export interface ExcerptOptions { fields?: ReadonlySet<string> | undefined, payloadMax?: number | undefined }

/**
 * The part of a job that was asked for. A payload of more than `payloadMax` bytes is null, with
 * its size and its beginning beside it; an error that is longer keeps its type and message alone.
 */
export function excerpt (job: Job, { fields, payloadMax }: ExcerptOptions): Excerpt {
  const told: Excerpt = payloadMax === undefined ? job : cut(job, payloadMax)
  if (fields === undefined) return told
  const isWanted = (name: string) => fields.has(name.replace(/^payload_.*/, 'payload'))
  return Object.fromEntries(Object.entries(told).filter(([name]) => isWanted(name)))
}

function cut (job: Job, most: number): Excerpt {
  const { payload, last_error: error } = job
  const size = job.payload_size ?? Buffer.byteLength(payload)
  return {
    ...job,
    ...(size > most && { payload: 'null', payload_size: size, payload_head: head(payload, most) }),
    last_error: error === null || error.length <= most ? error : shortError(error, most)
  }
}

// Whole characters alone: bytes that were cut within one are read as U+FFFD.
function head (text: string, most: number): string {
  const bytes = Buffer.from(text).subarray(0, most).toString()
  return bytes.replace(/\ufffd$/, '')
}

function shortError (json: string, most: number): string {
  const { type, message } = parsed(json)
  const short = { ...(isText(type) && { type: type.slice(0, most) }), ...(isText(message) && { message: message.slice(0, most) }) }
  return JSON.stringify(short)
}

// An error is an object since it came in; one that is too deep to be read again says nothing here.
function parsed (json: string): { type?: unknown, message?: unknown } {
  try {
    return JSON.parse(json)
  } catch {
    return {}
  }
}

function isText (value: unknown): value is string {
  return typeof value === 'string'
}
