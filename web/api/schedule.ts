import type { Scheduled } from '../../client/schema.ts'
import { elementsOf, members } from '../../client/json-text.ts'
import { path, send, text } from './server.ts'

/** A schedule; its payload is text, byte for byte. */
export type Schedule = Omit<Scheduled, 'payload'> & { payload: string }

/** The typed text of a form, by the name that the API has for the field. */
export type Typed = Record<string, string>

function read (document: string): Schedule {
  const all = members(document)
  const others = [...all].filter(([name]) => name !== 'payload')
  const parsed = JSON.parse(`{${others.map(([name, value]) => `"${name}":${value}`).join()}}`)
  return { ...parsed, payload: all.get('payload') ?? '{}' }
}

/** `size`: how many schedules there are, also those beyond the one page that is fetched. */
export interface SchedulePage { schedules: Schedule[], size: number }

/** The first page of the schedules, by name. */
export async function getSchedules (): Promise<SchedulePage> {
  const page = await text('/schedule')
  const size = Number(members(page).get('size'))
  return { schedules: elementsOf(page, 'schedules').map(read), size }
}

// One hundred ticks of a hundred schedules.
const ahead = { ahead: 24, limit: 100 }

/** The next ticks of the first hundred schedules, by name. */
export async function getTicks (): Promise<Map<string, number[]>> {
  const found = elementsOf(await text('/schedule', ahead), 'schedules').map(read)
  return new Map(found.map(({ name, ticks = [] }) => [name, ticks]))
}

/** Adds the job of a schedule now, as a tick does. Returns its id. */
export async function runNow (schedule: Schedule): Promise<string> {
  const { queue, payload, priority, tries, max_lost: lost, ttl, keep } = schedule
  const query = { priority, tries, max_lost: lost === null ? 'null' : lost, ttl, keep }
  const { headers } = await send('POST', path('q', queue), { body: payload, query })
  return headers.get('x-presque-job')!
}

export async function deleteSchedule (name: string): Promise<void> {
  await send('DELETE', path('schedule', name))
}

const numbers = ['every', 'priority', 'tries', 'max_lost', 'ttl', 'keep']

/** Sets a schedule, or replaces it. The payload is sent byte for byte. */
export async function setSchedule (name: string, { payload, ...typed }: Typed): Promise<void> {
  if (!isJson(payload!)) throw new Error('The payload is not JSON')
  const given = Object.entries(typed).filter(([, value]) => value.trim() !== '')
  const parts = given.map(([field, value]) => `"${field}":${asJson(field, value.trim())}`)
  const body = `{${[...parts, `"payload":${payload}`].join()}}`
  await send('PUT', path('schedule', name), { body })
}

function asJson (field: string, value: string): string {
  return JSON.stringify(numbers.includes(field) ? numberIn(value) : value)
}

// Text that is not a number is sent as typed: the error of the server tells why it is wrong.
function numberIn (value: string): number | string | null {
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
