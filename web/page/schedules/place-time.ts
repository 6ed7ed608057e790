/** A wall clock: the times that it shows. Throws if the browser knows no such time zone. */
class WallClock {
  readonly #format: Intl.DateTimeFormat

  constructor (zone: string) {
    this.#format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'longOffset'
    })
  }

  parts (seconds: number): Record<string, string> {
    const parts = this.#format.formatToParts(seconds * 1000)
    return Object.fromEntries(parts.map(({ type, value }) => [type, value]))
  }
}

// To make one takes longer than to ask it. A server has some hundred zones at most.
const clocks = new Map<string, WallClock | null>()

function clockOf (zone: string): WallClock | null {
  if (!clocks.has(zone)) clocks.set(zone, made(zone))
  return clocks.get(zone)!
}

function made (zone: string): WallClock | null {
  try {
    return new WallClock(zone)
  } catch {
    return null
  }
}

/** A time in epoch seconds, as the clocks of a zone show it: Mon 2026-11-30 04:30:00. */
export function placeTime (seconds: number, zone: string): string {
  const parts = clockOf(zone)?.parts(seconds)
  if (parts === undefined) return ''
  const { weekday, year, month, day, hour, minute, second } = parts
  return `${weekday} ${year}-${month}-${day} ${hour}:${minute}:${second}`
}

/** What the clocks of a zone are ahead of UTC at a time in epoch seconds: UTC+01:00. */
export function placeOffset (seconds: number, zone: string): string {
  const offset = clockOf(zone)?.parts(seconds)['timeZoneName'] ?? ''
  return offset.replace('GMT', 'UTC')
}

/** Clocks are set anew at `at` (epoch seconds). */
export interface ClockChange { at: number, before: string, after: string }

/** The change of the clocks of a zone between two times whose offsets differ, or null. */
export function clockChange (zone: string, from: number, to: number): ClockChange | null {
  const [before, after] = [placeOffset(from, zone), placeOffset(to, zone)]
  if (before === after) return null
  let [low, high] = [Math.floor(from), Math.ceil(to)]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (placeOffset(middle, zone) === before) low = middle
    else high = middle
  }
  return { at: high, before, after: placeOffset(high, zone) }
}
