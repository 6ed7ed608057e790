import { importJobs } from '../import.ts'
import type { Command } from '../command.ts'
import { write } from '../io/surroundings.ts'

const command: Command = {
  examples: [['presque import --from sidekiq --apply redis://localhost:6379/0', 'docs/guide/import.md has the rest']],
  async run ({ rest, io }) {
    return await importJobs(rest, { env: io.env, out: async text => await write(io.output, text), err: text => io.errors.write(text) })
  }
}

export default command
