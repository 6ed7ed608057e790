import { isIP } from 'node:net'

const port = /:\d{0,5}$/

/**
 * Tells of a Host header whether it names this machine by an address or as loopback, or is one of `names`, in which
 * `*.example.com` stands for every name below. Any other name may be one that a web page has made lead here.
 */
export function hostCheck (names: string[]): (host: string) => boolean {
  const lower = names.map(name => name.toLowerCase())
  const exact = new Set(lower.filter(name => !name.startsWith('*.')))
  const endings = ['.localhost', ...lower.filter(name => name.startsWith('*.')).map(name => name.slice(1))]
  return host => {
    const name = nameIn(host)
    return name === 'localhost' || isAddress(name) || exact.has(name) || endings.some(ending => name.endsWith(ending))
  }
}

/** Whether a Host header is a name without a dot, as containers and machines of one network have. */
export function isPlainName (host: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(nameIn(host))
}

// A dot at the end only says that the name is whole.
function nameIn (host: string): string {
  return host.replace(port, '').toLowerCase().replace(/\.$/, '')
}

function isAddress (name: string): boolean {
  return name.startsWith('[') && name.endsWith(']') ? isIP(name.slice(1, -1)) === 6 : isIP(name) === 4
}
