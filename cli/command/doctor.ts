import { elementsOf } from '../../client/json-text.ts'
import type { Finding } from '../../schemas/finding.ts'
import type { Command } from '../command.ts'
import { exits } from '../io/exit.ts'
import { instant } from '../io/table.ts'

const command: Command = {
  examples: [
    ['presque doctor', 'all trouble, the worst first; exit code 1 if there is any'],
    ['presque doctor --json | jq -r .sentence', 'the sentences alone']
  ],
  async run (call) {
    const { text } = await call.presque.request('GET', '/findings')
    const found = elementsOf(text, 'findings')
    if (call.json) for (const one of found) await call.tell(one, '')
    else if (found.length === 0) await call.tell({}, 'all is well')
    else await call.tell({}, found.map(one => worded(JSON.parse(one))).join('\n\n'))
    return found.length === 0 ? exits.done : exits.failed
  }
}

function worded ({ severity, queue, since, sentence, next }: Finding): string {
  const begun = since === null || sentence.includes(' since ') ? '' : ` (since ${instant(since)})`
  const steps = next.map(({ label, method, path, body }) => {
    return `  ${label}: ${method} ${path}${body === null ? '' : ` ${JSON.stringify(body)}`}`
  })
  const where = queue === null ? '' : `${queue}: `
  return [`${severity}: ${where}${sentence}${begun}`, ...steps].join('\n')
}

export default command
