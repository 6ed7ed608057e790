import { chmodSync, existsSync, renameSync, writeFileSync } from 'node:fs'
import { checkToken, mint, readTokens } from '../../operations/access/token.ts'
import { flag, text, whole, type Arguments, type Command } from '../command.ts'
import { Usage } from '../io/exit.ts'
import { write } from '../io/surroundings.ts'
import type { Role, Token } from '../../schemas/access.ts'

const command: Command = {
  options: {
    name: text('What the token is called, in the file and in the log'),
    roles: text('Out of produce, consume, manage, read: produce,read'),
    queues: text('Names of queues, * for any characters; without: all queues', { default: '*' }),
    rate: text('LIMIT/PERIOD: requests at most in a number of seconds: 100/60'),
    'max-queues': text(
      'It makes no new queue where this number of queues matches it'
    ),
    file: text('The file; without: PRESQUE_TOKENS, else tokens.json. It is made if there is none'),
    remove: flag('Take the token of that name out of the file instead')
  },
  examples: [
    [
      "presque token --name mailer --roles produce,read --queues 'mail,mail.*' --file tokens.json",
      'prints the token, once: only its hash is kept'
    ],
    ['presque token --name mailer --remove', 'takes it out of the file']
  ],
  async run ({ args, io }) {
    const file = args['file'] ?? (io.env['PRESQUE_TOKENS'] || 'tokens.json')
    if (args['name'] === undefined) {
      throw new Usage('--name is missing: give the token a name')
    }
    await write(io.output, `${args['remove'] ? remove(file, args['name']) : add(file, args)}\n`)
  }
}

/** Returns the secret of the new token. */
function add (file: string, args: Arguments): string {
  const { name, roles, queues, rate, 'max-queues': most } = args
  const known = existsSync(file) ? readTokens(file) : []
  if (known.some(token => token.name === name)) {
    throw new Error(`${file} has a token '${name}' already; --remove takes it out`)
  }
  if (roles === undefined) {
    throw new Usage('--roles is missing: which of produce, consume, manage, read?')
  }
  const { secret, token } = mint({
    name,
    roles: roles.split(',') as Role[],
    queues: queues.split(','),
    ...(rate !== undefined && { rate: rateOf(rate) }),
    ...(most !== undefined && { max_queues: whole(most, 'max-queues') })
  })
  checkToken(token)
  save(file, [...known, token])
  return secret
}

/** Returns a sentence that says so. */
function remove (file: string, name: string): string {
  const known = readTokens(file)
  if (!known.some(token => token.name === name)) throw new Error(`${file} has no token '${name}'`)
  save(file, known.filter(token => token.name !== name))
  return `the token '${name}' is removed from ${file}`
}

function rateOf (given: string): NonNullable<Token['rate']> {
  const [, limit, period] = /^(\d+)\/(\d+(?:\.\d+)?)$/.exec(given) ?? []
  if (limit !== undefined) return { limit: Number(limit), period: Number(period) }
  throw new Usage(`--rate is requests/seconds, such as 100/60, not '${given}'`)
}

// In one step: a server that reads the file again finds the old one or the new one.
function save (file: string, tokens: Token[]): void {
  const aside = `${file}.${process.pid}`
  writeFileSync(aside, `${JSON.stringify({ tokens }, null, 2)}\n`, { mode: 0o600 })
  chmodSync(aside, 0o600)
  renameSync(aside, file)
}

export default command
