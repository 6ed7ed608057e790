import { isIP } from 'node:net'

const port = /:\d{0,5}$/

/**
 * Returns a check of Host headers: true for an IP address, for loopback, and for `names`, in which
 * `*.example.com` stands for every name below. A web page can make any other name lead here.
 */
export function hostCheck (names: string[]): (host: string) => boolean {
  const lower = names.map(name => name.toLowerCase())
  const exact = new Set(lower.filter(name => !name.startsWith('*.')))
  const wildcards = lower.filter(name => name.startsWith('*.'))
  const endings = ['.localhost', ...wildcards.map(name => name.slice(1))]
  return host => {
    const name = nameIn(host)
    if (name === 'localhost' || isAddress(name) || exact.has(name)) return true
    return endings.some(ending => name.endsWith(ending))
  }
}

/** Whether a Host header is a name without a dot, as of a container or a machine nearby. */
export function isPlainName (host: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(nameIn(host))
}

// A dot at the end marks a name as absolute, and names the same.
function nameIn (host: string): string {
  return host.replace(port, '').toLowerCase().replace(/\.$/, '')
}

function isAddress (name: string): boolean {
  const isBracketed = name.startsWith('[') && name.endsWith(']')
  return isBracketed ? isIP(name.slice(1, -1)) === 6 : isIP(name) === 4
}
