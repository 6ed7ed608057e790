import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { Ajv } from 'ajv'
import { TokenFile, type Role, type Token } from '../../schemas/access.ts'

const isTokenFile = new Ajv().compile<TokenFile>(TokenFile)

/** A new token, to be shown once, and what is kept of it. */
export function mint ({ name, roles, queues, rate, max_queues: most }: Omit<Token, 'sha256'>): { secret: string, token: Token } {
  const secret = `presque_${randomBytes(32).toString('base64url')}`
  return { secret, token: { name, sha256: digest(secret).toString('hex'), roles, queues, ...(rate && { rate }), ...(most !== undefined && { max_queues: most }) } }
}

/** Checks a token as it would stand in the file. Throws one sentence that says what is wrong with it. */
export function checkToken (token: Token): void {
  if (!isTokenFile({ tokens: [token] })) throw new Error(fault())
}

/** Reads the file of tokens. Throws one sentence that names the file and what is wrong with it. */
export function readTokens (path: string): Token[] {
  const wrong = (what: string): Error => new Error(`PRESQUE_TOKENS: ${path} ${what}`)
  let file: unknown
  try {
    file = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw wrong(code === undefined ? `is not JSON: ${message}` : `cannot be read (${code})`)
  }
  if (!isTokenFile(file)) throw wrong(`is no file of tokens: ${fault()}`)
  const names = file.tokens.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw wrong(`has two tokens of the name '${twice}'`)
  return file.tokens
}

/** What users other than its owner may do with a file: `write` goes before `read`. null for nothing. */
export function othersMay (path: string): 'read' | 'write' | null {
  const { mode } = statSync(path)
  if ((mode & 0o022) !== 0) return 'write'
  return (mode & 0o044) !== 0 ? 'read' : null
}

function fault (): string {
  const { instancePath, message } = isTokenFile.errors![0]!
  return `${instancePath.slice(1) || 'it'} ${message}`
}

function digest (secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

interface Kept { token: Token, hash: Buffer, queues: Matches }

/** Tokens, ready to be asked for on each request. */
export class Tokens {
  readonly #kept: Kept[]

  constructor (tokens: Token[]) {
    this.#kept = tokens.map(token => ({ token, hash: Buffer.from(token.sha256, 'hex'), queues: matching(token.queues) }))
  }

  /** The holder of a secret, null if it is no token's. Takes as long whichever it is, so that no time tells how near a guess came. */
  find (secret: string): Holder | null {
    const hash = digest(secret)
    let found: Kept | null = null
    for (const kept of this.#kept) if (timingSafeEqual(kept.hash, hash)) found = kept
    return found === null ? null : new Holder(found.token, found.queues, this)
  }

  /** Whether these hold the same token, with the same roles and queues. */
  allowTheSame ({ token: { sha256, roles, queues } }: Holder): boolean {
    return this.#kept.some(({ token }) => token.sha256 === sha256 && String(token.roles) === String(roles) && String(token.queues) === String(queues))
  }
}

type Matches = (queue: string) => boolean

function matching (globs: string[]): Matches {
  const all = globs.map(glob => glob === '*' ? () => true : matchingOne(glob.split('*')))
  return queue => all.some(matches => matches(queue))
}

// Each part at its first place behind the one before it. A pattern tries all places of all parts: with the stars of one
// glob and a long name, for hours.
function matchingOne ([first = '', ...rest]: string[]): Matches {
  const last = rest.pop()
  if (last === undefined) return queue => queue === first
  return queue => {
    if (queue.length < first.length + last.length || !queue.startsWith(first) || !queue.endsWith(last)) return false
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

/** Whoever has shown a token. */
export class Holder {
  readonly token: Token
  /** Those among which it was found. */
  readonly of: Tokens
  readonly #queues: Matches

  constructor (token: Token, queues: Matches, of: Tokens) {
    this.token = token
    this.of = of
    this.#queues = queues
  }

  /** Whether it may do what takes that role. */
  has (role: Role): boolean {
    return this.token.roles.includes(role)
  }

  /** Whether it may have to do with that queue. */
  sees (queue: string): boolean {
    return this.#queues(queue)
  }

  /** Whether it may have to do with every queue there is or will be. */
  get seesAll (): boolean {
    return this.token.queues.includes('*')
  }
}
