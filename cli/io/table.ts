import Table from 'cli-table3'

const bare = Object.fromEntries(['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'].map(place => [place, '']))

/** Rows under a head, in columns. What begins with a digit stands at the right. */
export function table (head: string[], rows: Array<Array<string | number>>): string {
  const colAligns = head.map((_, i) => rows.length > 0 && rows.every(row => typeof row[i] === 'number' || /^[\d-]/.test(String(row[i]))) ? 'right' as const : 'left' as const)
  const drawn = new Table({ head, colAligns, chars: { ...bare, middle: '  ' }, style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 } })
  drawn.push(...rows.map(row => row.map(cell => String(cell))))
  return drawn.toString().split('\n').map(line => line.trimEnd()).join('\n')
}

/** Names and values below each other. */
export function list (rows: Array<[string, string | number]>): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

/** The beginning of a text, fit for a terminal: a payload may hold anything. */
export function glimpse (text: string, length = 60): string {
  const shown = text.slice(0, length).replaceAll(/[\s\p{C}]+/gu, ' ')
  return text.length > length ? `${shown}...` : shown
}

/** Seconds as one would say them. */
export function span (seconds: number): string {
  const [size, unit] = seconds < 120 ? [1, 's'] : seconds < 7200 ? [60, 'min'] : seconds < 172_800 ? [3600, 'h'] : [86_400, 'd']
  return `${seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds / size)} ${unit}`
}

export const instant = (seconds: number): string => new Date(seconds * 1000).toISOString()
