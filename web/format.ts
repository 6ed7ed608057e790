const whole = new Intl.NumberFormat('en')
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** 1,234, and from a hundred thousand on 1.2M. */
export function count (number: number): string {
  return number < 100_000 ? whole.format(number) : compact.format(number)
}

export function exact (number: number): string {
  return whole.format(number)
}

/** Per second. */
export function rate (number: number): string {
  if (number === 0) return '0'
  if (number < 0.1) return '<0.1'
  return number < 10 ? number.toFixed(1) : count(Math.round(number))
}

const units = [['d', 86_400], ['h', 3600], ['m', 60], ['s', 1]] as const

/** The two largest units: 3h 12m. */
export function duration (seconds: number): string {
  if (seconds < 1) return seconds < 0.001 ? '0s' : `${Math.max(1, Math.round(seconds * 1000))}ms`
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

/** 2026-11-24 13:05:09, by the clock of this machine. */
export function instant (seconds: number): string {
  const date = new Date(seconds * 1000)
  const two = (number: number) => String(number).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** 5m 3s ago, in 12s. */
export function ago (seconds: number, now = Date.now() / 1000): string {
  const passed = now - seconds
  if (Math.abs(passed) < 1) return 'now'
  return passed > 0 ? `${duration(passed)} ago` : `in ${duration(-passed)}`
}

export function plural (number: number, noun: string): string {
  return `${exact(number)} ${noun}${number === 1 ? '' : 's'}`
}
