import { signal } from '@preact/signals'

const key = 'presque-zone'

/** The time zone of all times on the page. */
export const zone = signal<'local' | 'UTC'>(localStorage.getItem(key) === 'UTC' ? 'UTC' : 'local')

export function switchZone (): void {
  zone.value = zone.value === 'UTC' ? 'local' : 'UTC'
  localStorage.setItem(key, zone.value)
}

// In minutes east of UTC, at a time in epoch seconds.
function offsetAt (seconds: number): number {
  return zone.value === 'UTC' ? 0 : -new Date(seconds * 1000).getTimezoneOffset()
}

/** The name of the zone at a time in epoch seconds, such as UTC+01:00. */
export function zoneName (seconds: number): string {
  const offset = offsetAt(seconds)
  if (offset === 0) return 'UTC'
  const twoDigits = (number: number) => String(Math.floor(number)).padStart(2, '0')
  const size = Math.abs(offset)
  return `UTC${offset < 0 ? '-' : '+'}${twoDigits(size / 60)}:${twoDigits(size % 60)}`
}

/** A time in epoch seconds, in the zone: 2026-11-24 13:05:09. */
export function inZone (seconds: number): string {
  const shifted = new Date((seconds + offsetAt(seconds) * 60) * 1000)
  return shifted.toISOString().slice(0, 19).replace('T', ' ')
}
