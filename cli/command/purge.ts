import { createInterface } from 'node:readline/promises'
import { aQueue, flag, type Call, type Command } from '../command.ts'
import { Failure, Usage } from '../io/exit.ts'

const command: Command = {
  positionals: aQueue,
  options: { yes: flag('Do not ask') },
  examples: [
    ['presque purge mail', 'asks for the name of the queue, and deletes it with all its jobs'],
    ['presque purge mail --yes', 'without a question, for scripts']
  ],
  async run (call) {
    const { queue } = call
    if (!call.args['yes']) await confirm(call, queue)
    await call.presque.purge(queue)
    await call.tell({ queue, purged: true }, `${queue} is gone`)
  }
}

async function confirm ({ io: { input, errors } }: Call, queue: string): Promise<void> {
  const deleted = `deletes ${queue} with all its jobs`
  if (!input.isTTY) throw new Usage(`this ${deleted}: say --yes if that is meant`)
  const question = createInterface({ input, output: errors })
  const answer = await question.question(`This ${deleted}. Its name, to go on: `)
  question.close()
  if (answer !== queue) throw new Failure(`that is not ${queue}: nothing was deleted`)
}

export default command
