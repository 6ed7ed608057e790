import { useState } from 'preact/hooks'
import { getErrors, type ErrorGroup } from '../../api/error-group.ts'
import { useAnswer } from '../../api/poll.ts'
import { Button } from '../../part/button.tsx'
import { exact } from '../../part/format.ts'
import { News } from '../../part/news.tsx'
import { Loading, Problem } from '../../part/placeholder.tsx'
import { useSteady } from '../../part/steady.ts'
import { serverNow } from '../../state/clock.ts'
import { ErrorTable, keyOf } from './error-table.tsx'
import { useDays } from './use-days.ts'

const ms = 5000

// A group takes a kilobyte. The server keeps a thousand of a queue.
const usual = 50
const most = 1000

/** The error groups of a queue, or of all; those that grow now come first. */
export function ErrorList ({ queue }: { queue?: string }) {
  const [limit, setLimit] = useState(usual)
  const find = async () => await getErrors(queue, limit)
  const { answer: groups, problem } = useAnswer(find, { ms, of: [queue, limit] })
  if (groups === null) return problem === '' ? <Loading /> : <Problem text={problem} />
  if (groups.length === 0) return <p class='empty'>Nothing has failed here.</p>
  const hasMore = groups.length === limit && limit < most
  return (
    <section aria-label='Errors'>
      <Problem text={problem} />
      <FoundGroups groups={groups} queue={queue} isWhole={!hasMore} of={`${limit}`} />
      {hasMore && (
        <p class='more'>
          The first {exact(limit)}.
          <Button kind='quiet' onClick={() => setLimit(most)}>Show all</Button>
        </p>
      )}
    </section>
  )
}

interface FoundGroupsProps {
  groups: ErrorGroup[]
  queue: string | undefined
  isWhole: boolean
  of: string
}

function FoundGroups ({ groups, queue, isWhole, of }: FoundGroupsProps) {
  const steady = useSteady(groups, { keyOf, isWhole, of })
  const days = useDays(steady.rows.map(({ item }) => item))
  return (
    <>
      <News of={steady} />
      <ErrorTable rows={steady.rows} queue={queue} days={days} now={serverNow()} />
    </>
  )
}
