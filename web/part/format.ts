import { inZone, zoneName } from '../state/zone.ts'

const whole = new Intl.NumberFormat('en')
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** 1,234; and 1.2M above a hundred thousand. */
export function count (number: number): string {
  return number < 100_000 ? whole.format(number) : compact.format(number)
}

export function exact (number: number): string {
  return whole.format(number)
}

/** A number per second. */
export function rate (number: number): string {
  if (number === 0) return '0'
  if (number < 0.1) return '<0.1'
  return number < 10 ? number.toFixed(1) : count(Math.round(number))
}

const units = [['d', 86_400], ['h', 3600], ['m', 60], ['s', 1]] as const

/** The two largest units: 3h 12m. */
export function duration (seconds: number): string {
  if (seconds < 0.001) return '0s'
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))}ms`
  const parts: string[] = []
  let left = Math.round(seconds)
  for (const [unit, size] of units) {
    if (left >= size && parts.length < 2) parts.push(`${Math.floor(left / size)}${unit}`)
    left %= size
  }
  return parts.join(' ')
}

export function age (seconds: number | null): string {
  return seconds === null ? '–' : duration(seconds)
}

/** A time in epoch seconds, in the zone of the page: 2026-11-24 13:05:09. */
export function instant (seconds: number): string {
  return inZone(seconds)
}

/** The same with the name of the zone. */
export function instantInZone (seconds: number): string {
  return `${inZone(seconds)} ${zoneName(seconds)}`
}

const instants = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z/g

/** A sentence of the server, with its times in the zone of the page. */
export function localised (sentence: string): string {
  return sentence.replace(instants, time => instantInZone(Date.parse(time) / 1000))
}

/** A time in epoch seconds, as seen from `now` (epoch ms): 5m 3s ago, in 12s. */
export function ago (seconds: number, now: number): string {
  const passed = now / 1000 - seconds
  if (Math.abs(passed) < 1) return 'now'
  return passed > 0 ? `${duration(passed)} ago` : `in ${duration(-passed)}`
}

/** The word of the pages for a state. */
export function stateName (state: string): string {
  return state === 'active' ? 'running' : state
}

/** The text with a capital letter first. */
export function capital (text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export function plural (number: number, noun: string): string {
  return `${exact(number)} ${noun}${number === 1 ? '' : 's'}`
}

const sizes = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** A size in words: 73.4 MB. */
export function bytes (size: number): string {
  const power = size < 1 ? 0 : Math.min(Math.floor(Math.log10(size) / 3), sizes.length - 1)
  const number = size / 1000 ** power
  return `${power === 0 || number >= 100 ? Math.round(number) : number.toFixed(1)} ${sizes[power]}`
}
