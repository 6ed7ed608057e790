import { useAnswer } from '../../api/poll.ts'
import { findWorker } from '../../api/worker.ts'
import { Loading, Problem } from '../../part/placeholder.tsx'
import { serverNow } from '../../state/clock.ts'
import { href, route } from '../../state/route.ts'
import { useRunTimes } from './use-fleet.ts'
import { WorkerList } from './worker-list.tsx'
import { WorkerTable } from './worker-table.tsx'

/** All workers, or the one that the address names. */
export function WorkersPage () {
  const { id } = route.value.query
  return (
    <>
      <div class='title'>
        <h1>Workers</h1>
        {id !== undefined && <a href={href.workers}>All workers</a>}
      </div>
      {id === undefined ? <WorkerList /> : <OneWorker key={id} id={id} />}
    </>
  )
}

const ms = 5000

function OneWorker ({ id }: { id: string }) {
  const { answer, problem, refresh } = useAnswer(async () => await findWorker(id), { ms, of: [id] })
  const now = serverNow()
  const times = useRunTimes(answer === null ? [] : [answer], now)
  if (answer === null) return problem === '' ? <Loading /> : <Problem text={problem} />
  const rows = [{ item: answer, isGone: false }]
  return (
    <WorkerTable
      rows={rows} queue={undefined} times={times} now={now} onChange={refresh}
    />
  )
}
