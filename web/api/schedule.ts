import { elements, members } from '../../client/json-text.ts'
import { path, send, text } from './server.ts'

/** As GET /schedule shows it. The payload is its text, byte for byte. */
export interface Schedule {
  name: string
  queue: string
  cron?: string
  tz: string
  every?: number
  overlap: string
  catchup: string
  priority?: number
  tries?: number
  max_lost?: number | null
  ttl?: number
  keep?: number
  next_at: number | null
  last_at: number | null
  last_job: string | null
  fired: number
  skipped: number
  last_error: string | null
  payload: string
}

/** What is typed, by field; `payload` is JSON text. */
export type Typed = Record<string, string>

function read (document: string): Schedule {
  const all = members(document)
  const facts = [...all].filter(([name]) => name !== 'payload').map(([name, value]) => `${JSON.stringify(name)}:${value}`)
  return { ...JSON.parse(`{${facts.join()}}`), payload: all.get('payload') ?? '{}' }
}

/** All schedules by name, as far as one answer goes, and how many there are. */
export async function schedules (): Promise<{ found: Schedule[], size: number }> {
  const answer = members(await text('/schedule'))
  return { found: elements(answer.get('schedules') ?? '[]').map(read), size: Number(answer.get('size')) }
}

export async function unschedule (name: string): Promise<void> {
  await send('DELETE', path('schedule', name))
}

const numbers = ['every', 'priority', 'tries', 'max_lost', 'ttl', 'keep']

/** Sets a schedule, or replaces it. */
export async function schedule (name: string, { payload, ...typed }: Typed): Promise<void> {
  if (!isJson(payload!)) throw new Error('The payload is not JSON')
  const given = Object.entries(typed).map(([field, value]) => [field, value.trim()] as const).filter(([, value]) => value !== '')
  const parts = given.map(([field, value]) => `${JSON.stringify(field)}:${JSON.stringify(numbers.includes(field) ? number(value) : value)}`)
  await send('PUT', path('schedule', name), { body: `{${[...parts, `"payload":${payload}`].join()}}` })
}

// What is no number goes out as it was typed: the server says what is wrong with it.
function number (value: string): number | string | null {
  if (value === 'null') return null
  return Number.isFinite(Number(value)) ? Number(value) : value
}

function isJson (text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** When it fires, in words. */
export function rhythm ({ cron, tz, every }: Schedule): string {
  return cron === undefined ? `every ${every} s` : `${cron} ${tz}`
}
