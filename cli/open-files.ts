import { existsSync, readFileSync } from 'node:fs'

const needed = 200

/**
 * Why this process may not open enough files to serve; null if it may. Node has raised the limit as
 * far as it can.
 */
export function tooFewFiles (): string | null {
  const most = limit()
  if (most === null || most >= needed) return null
  return `this process may open only ${most} files and connections, ` +
    `and serving needs ${needed} at least: ` +
    'raise the limit with ulimit -n 4096, or LimitNOFILE= of systemd'
}

function limit (): number | null {
  const file = '/proc/self/limits'
  if (!existsSync(file)) return null
  const found = /^Max open files +(\d+)/m.exec(readFileSync(file, 'utf8'))
  return found === null ? null : Number(found[1])
}
