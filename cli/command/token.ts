import { chmodSync, existsSync, realpathSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { checkToken, mint, readTokens } from '../operations/access/token.ts'
import type { Role, Token } from '../schemas/access.ts'

const usage = `Makes a token, adds its hash to the file of tokens, and prints it: once, for only the hash is kept.

  token --name mailer --roles produce,read [--queues 'mail,mail.*'] [--rate 100/60] [--max-queues 50] [--file tokens.json]

  --name    what the token is called, in the file and in the log
  --roles   out of produce, consume, manage, read (docs/operate/access.md)
  --queues  names of queues, * for any characters; without: all queues
  --rate    so many requests in so many seconds
  --max-queues  so many queues, of those that it matches, may there be for it to make another
  --file    the file; without: PRESQUE_TOKENS, else tokens.json. It is made if there is none
  --remove  takes the token of that name out of the file instead`

/** Adds a token to a file, or removes one. Returns what to print; throws one sentence. */
export function token (args: string[]): string {
  const { values } = parseArgs({
    args,
    options: {
      name: { type: 'string' },
      roles: { type: 'string' },
      queues: { type: 'string', default: '*' },
      rate: { type: 'string' },
      'max-queues': { type: 'string' },
      file: { type: 'string', default: process.env['PRESQUE_TOKENS'] || 'tokens.json' },
      remove: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false }
    }
  })
  if (values.help) return usage
  if (values.name === undefined) throw new Error('--name is missing: what is the token to be called?')
  return values.remove ? remove(values.file, values.name) : add(values.file, values.name, values)
}

interface Wanted { roles?: string | undefined, queues: string, rate?: string | undefined, 'max-queues'?: string | undefined }

function add (file: string, name: string, { roles, queues, rate, 'max-queues': most }: Wanted): string {
  const known = existsSync(file) ? readTokens(file) : []
  if (known.some(token => token.name === name)) throw new Error(`${file} has a token '${name}' already; --remove takes it out`)
  if (roles === undefined) throw new Error('--roles is missing: which of produce, consume, manage, read?')
  const { secret, token } = mint({ name, roles: roles.split(',') as Role[], queues: queues.split(','), ...(rate !== undefined && { rate: readRate(rate) }), ...(most !== undefined && { max_queues: readCount(most) }) })
  checkToken(token)
  write(file, [...known, token])
  return secret
}

function remove (file: string, name: string): string {
  const known = readTokens(file)
  if (!known.some(token => token.name === name)) throw new Error(`${file} has no token '${name}'`)
  write(file, known.filter(token => token.name !== name))
  return `the token '${name}' is removed from ${file}`
}

function readCount (text: string): number {
  if (!/^\d{1,8}$/.test(text)) throw new Error(`--max-queues is a whole number, not '${text}'`)
  return Number(text)
}

function readRate (text: string): NonNullable<Token['rate']> {
  const [, limit, period] = /^(\d+)\/(\d+(?:\.\d+)?)$/.exec(text) ?? []
  if (limit === undefined) throw new Error(`--rate is requests/seconds, such as 100/60, not '${text}'`)
  return { limit: Number(limit), period: Number(period) }
}

// In one step, so that a server that reads it again finds the old file or the new one.
function write (file: string, tokens: Token[]): void {
  const aside = `${file}.${process.pid}`
  writeFileSync(aside, `${JSON.stringify({ tokens }, null, 2)}\n`, { mode: 0o600 })
  chmodSync(aside, 0o600)
  renameSync(aside, file)
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    process.stdout.write(`${token(process.argv.slice(2))}\n`)
  } catch (error) {
    process.stderr.write(`presque: ${(error as Error).message}\n`)
    process.exitCode = 1
  }
}
