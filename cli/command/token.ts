import { token } from '../token.ts'
import type { Command } from '../command.ts'
import { write } from '../io/surroundings.ts'

const command: Command = {
  examples: [["presque token --name mailer --roles produce,read --queues 'mail,mail.*' --file tokens.json", 'prints the token, once']],
  async run ({ rest, io }) { await write(io.output, `${token(rest)}\n`) }
}

export default command
