import { getOperations, type Operation } from '../../api/operation.ts'
import { useAnswer } from '../../api/poll.ts'
import { exact } from '../../part/format.ts'
import { Loading, Problem } from '../../part/placeholder.tsx'
import { Text } from '../../part/text.tsx'
import { Ago } from '../../part/time.tsx'
import { serverNow } from '../../state/clock.ts'
import { href } from '../../state/route.ts'
import { OperationState } from './operation-state.tsx'

const ms = 5000

/** The newest operations, of a queue or of all. */
export function OperationList ({ queue }: { queue?: string }) {
  const find = async () => await getOperations(queue)
  const { answer, problem } = useAnswer(find, { ms, of: [queue] })
  if (answer === null) return problem === '' ? <Loading /> : <Problem text={problem} />
  if (answer.operations.length === 0) {
    return (
      <p class='empty'>
        No operation yet. One begins at an error of a queue: retry all its jobs, with care.
      </p>
    )
  }
  return (
    <>
      <Problem text={problem} />
      <OperationTable operations={answer.operations} now={serverNow()} />
      {answer.next !== null && <p class='dim'>The newest {exact(answer.operations.length)}.</p>}
    </>
  )
}

interface OperationTableProps { operations: Operation[], now: number }

function OperationTable ({ operations, now }: OperationTableProps) {
  return (
    <div class='scroll'>
      <table class='operations'>
        <caption class='unseen'>Operations, the newest first</caption>
        <thead>
          <tr>
            <th scope='col'>Begun</th>
            <th scope='col' class='words'>Queue</th>
            <th scope='col' class='words'>State</th>
            <th scope='col' class='words'>What</th>
            <th scope='col'>Jobs</th>
            <th scope='col'>Done</th>
            <th scope='col'>Completed</th>
            <th scope='col'>Failed again</th>
            <th scope='col' class='words'>Who</th>
          </tr>
        </thead>
        <tbody>
          {operations.map(one => <OperationRow key={one.id} operation={one} now={now} />)}
        </tbody>
      </table>
    </div>
  )
}

function OperationRow ({ operation, now }: { operation: Operation, now: number }) {
  const { id, queue, counts, who, created_at: begun } = operation
  return (
    <tr>
      <th scope='row'><a href={href.operation(id)}><Ago seconds={begun} now={now} /></a></th>
      <td class='words' data-label='queue'><a href={href.queue(queue)}>{queue}</a></td>
      <td class='words' data-label='state'><OperationState operation={operation} /></td>
      <td class='words' data-label='what'>{operation.do}</td>
      <td data-label='jobs'>{counts.matched === null ? '–' : exact(counts.matched)}</td>
      <td data-label='done'>{exact(counts.done)}</td>
      <td data-label='completed'>{exact(counts.completed)}</td>
      <td data-label='failed again' class={counts.failed > 0 ? 'bad' : 'zero'}>
        {exact(counts.failed)}
      </td>
      <td class='words' data-label='who'>
        {who === null ? <span class='dim'>no token</span> : <Text text={who} />}
      </td>
    </tr>
  )
}
