import { useAnswer } from '../../api/poll.ts'
import { getQueueWhy } from '../../api/queue.ts'
import { capital, localised } from '../../part/format.ts'
import { Text } from '../../part/text.tsx'

const ms = 5000

/** The sentence of the server about what holds up the queue, or how it goes on. */
export function QueueWhy ({ queue }: { queue: string }) {
  const { answer } = useAnswer(async () => await getQueueWhy(queue), { ms, of: [queue] })
  if (answer === null) return null
  const kind = answer.reason === 'running' || answer.reason === 'empty' ? '' : 'held-up'
  return (
    <p class={`why ${kind}`} aria-label='Why its jobs do not run'>
      <Text text={localised(`${capital(answer.detail)}.`)} />
    </p>
  )
}
