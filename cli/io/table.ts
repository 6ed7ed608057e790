import Table from 'cli-table3'

const borders = [
  'top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right',
  'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'
]
const chars = { ...Object.fromEntries(borders.map(place => [place, ''])), middle: '  ' }
const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0 }

type Cell = string | number

/** Rows under a head, in columns. A column whose cells begin with digits is aligned right. */
export function table (head: string[], rows: Cell[][]): string {
  const colAligns = head.map((_, i) => {
    const isRight = rows.length > 0 && rows.every(row => /^[\d-]/.test(String(row[i])))
    return isRight ? 'right' as const : 'left' as const
  })
  const drawn = new Table({ head, colAligns, chars, style })
  drawn.push(...rows.map(row => row.map(cell => String(cell))))
  return drawn.toString().split('\n').map(line => line.trimEnd()).join('\n')
}

/** Names and values, a line each. */
export function list (rows: Array<[string, Cell]>): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

/** The beginning of a text, fit for a terminal: a payload may hold anything. */
export function glimpse (text: string, length = 60): string {
  const shown = text.slice(0, length).replaceAll(/[\s\p{C}]+/gu, ' ')
  return text.length > length ? `${shown}...` : shown
}

/** A length of time in words, such as 90 s or 3 h. */
export function span (seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}

export const instant = (seconds: number): string => new Date(seconds * 1000).toISOString()

/** A value of JSON: text as it is, an object as JSON. */
export function plain (value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
