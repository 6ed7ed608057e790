import { existsSync, readFileSync } from 'node:fs'

const needed = 200

/** null, or why this process cannot serve: it may open too few files. Node has raised the limit as far as it may. */
export function tooFewFiles (): string | null {
  const most = limit()
  if (most === null || most >= needed) return null
  return `this process may open only ${most} files and connections, and serving needs ${needed} at least: ` +
    'raise the limit with ulimit -n 4096, or LimitNOFILE= of systemd'
}

function limit (): number | null {
  const file = '/proc/self/limits'
  if (!existsSync(file)) return null
  const found = /^Max open files +(\d+)/m.exec(readFileSync(file, 'utf8'))
  return found === null ? null : Number(found[1])
}
