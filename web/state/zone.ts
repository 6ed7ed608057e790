import { Box } from './box.ts'

const place = 'presque-zone'

/** The zone in which all times are shown. */
export const zone = new Box<'local' | 'UTC'>(localStorage.getItem(place) === 'UTC' ? 'UTC' : 'local')

export function switchZone (): void {
  zone.value = zone.value === 'UTC' ? 'local' : 'UTC'
  localStorage.setItem(place, zone.value)
}

/** The name of that zone at a time in epoch seconds, such as UTC+01:00. */
export function zoneName (seconds: number): string {
  const minutes = zone.value === 'UTC' ? 0 : -new Date(seconds * 1000).getTimezoneOffset()
  if (minutes === 0) return 'UTC'
  const two = (number: number) => String(Math.floor(number)).padStart(2, '0')
  const size = Math.abs(minutes)
  return `UTC${minutes < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}`
}

/** The parts of a time as that zone counts them: 2026-11-24 13:05:09. */
export function inZone (seconds: number): string {
  const ms = seconds * 1000
  const shift = zone.value === 'UTC' ? 0 : new Date(ms).getTimezoneOffset() * 60_000
  return new Date(ms - shift).toISOString().slice(0, 19).replace('T', ' ')
}
