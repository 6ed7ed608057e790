import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { Ajv } from 'ajv'
import { TokenFile, type Role, type Token } from '../../schemas/access.ts'

const isTokenFile = new Ajv().compile<TokenFile>(TokenFile)

/** Makes a token: the secret, which is shown once, and its entry in the file. */
export function mint (
  { name, roles, queues, rate, max_queues: maxQueues }: Omit<Token, 'sha256'>
): { secret: string, token: Token } {
  const secret = `presque_${randomBytes(32).toString('base64url')}`
  const limit = maxQueues !== undefined && { max_queues: maxQueues }
  const bounds = { ...(rate && { rate }), ...limit }
  const sha256 = digest(secret).toString('hex')
  return { secret, token: { name, sha256, roles, queues, ...bounds } }
}

/** Checks the entry of a token. Throws one sentence that names the first error. */
export function checkToken (token: Token): void {
  if (!isTokenFile({ tokens: [token] })) throw new Error(firstError())
}

/** Reads the file of tokens. Throws one sentence that names the file and its first error. */
export function readTokens (path: string): Token[] {
  const wrong = (what: string): Error => new Error(`PRESQUE_TOKENS: ${path} ${what}`)
  let file: unknown
  try {
    file = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw wrong(code === undefined ? `is not JSON: ${message}` : `cannot be read (${code})`)
  }
  if (!isTokenFile(file)) throw wrong(`is no file of tokens: ${firstError()}`)
  const names = file.tokens.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw wrong(`has two tokens of the name '${twice}'`)
  return file.tokens
}

/** The most that users other than its owner may do with a file; null if they may do nothing. */
export function othersMay (path: string): 'read' | 'write' | null {
  const { mode } = statSync(path)
  if ((mode & 0o022) !== 0) return 'write'
  return (mode & 0o044) !== 0 ? 'read' : null
}

function firstError (): string {
  const { instancePath, message } = isTokenFile.errors![0]!
  return `${instancePath.slice(1) || 'it'} ${message}`
}

function digest (secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

interface Entry { token: Token, hash: Buffer, sees: Matches }

/** The tokens of the file, for the check of each request. */
export class Tokens {
  readonly #entries: Entry[]

  constructor (tokens: Token[]) {
    this.#entries = tokens.map(token => {
      return { token, hash: Buffer.from(token.sha256, 'hex'), sees: matcher(token.queues) }
    })
  }

  /** The holder of a secret, or null. Compares all in constant time, which betrays no guess. */
  find (secret: string): Holder | null {
    const hash = digest(secret)
    let found: Entry | null = null
    for (const entry of this.#entries) if (timingSafeEqual(entry.hash, hash)) found = entry
    return found === null ? null : new Holder(found.token, found.sees, this)
  }

  /** Whether these hold the same token, with the same roles and queues. */
  allowTheSame ({ token: { sha256, roles, queues } }: Holder): boolean {
    const rights = `${String(roles)} ${String(queues)}`
    return this.#entries.some(({ token }) => {
      return token.sha256 === sha256 && `${String(token.roles)} ${String(token.queues)}` === rights
    })
  }
}

type Matches = (queue: string) => boolean

function matcher (globs: string[]): Matches {
  const all = globs.map(glob => glob === '*' ? () => true : globMatcher(glob.split('*')))
  return queue => all.some(matches => matches(queue))
}

// Each part at its first place behind the one before it. A regular expression tries all places of
// all parts: with many stars in a glob and a long name, for hours.
function globMatcher ([first = '', ...rest]: string[]): Matches {
  const last = rest.pop()
  if (last === undefined) return queue => queue === first
  return queue => {
    if (queue.length < first.length + last.length) return false
    if (!queue.startsWith(first) || !queue.endsWith(last)) return false
    const end = queue.length - last.length
    let at = first.length
    for (const part of rest) {
      const found = queue.indexOf(part, at)
      if (found === -1) return false
      at = found + part.length
    }
    return at <= end
  }
}

/** The client that has shown a token. */
export class Holder {
  readonly token: Token
  /** The tokens among which it was found. */
  readonly of: Tokens
  readonly #sees: Matches

  constructor (token: Token, sees: Matches, of: Tokens) {
    this.token = token
    this.of = of
    this.#sees = sees
  }

  /** Whether it has a role. */
  has (role: Role): boolean {
    return this.token.roles.includes(role)
  }

  /** Whether it may use a queue. */
  sees (queue: string): boolean {
    return this.#sees(queue)
  }

  /** Whether it may use every queue there is or will be. */
  get seesAll (): boolean {
    return this.token.queues.includes('*')
  }
}
