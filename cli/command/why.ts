import { aJob, type Command } from '../command.ts'

const example = 'such as: on lease to host-1234 until 2026-11-24T10:00:00.000Z'

const command: Command = {
  positionals: aJob,
  examples: [['presque why mail 42', example]],
  async run (call) {
    const { text } = await call.presque.request('GET', `/j/${call.queue}/${call.id}/why`)
    await call.tell(text, () => {
      const { state, detail } = JSON.parse(text) as { state: string, detail: string }
      return `${state}: ${detail}`
    })
  }
}

export default command
