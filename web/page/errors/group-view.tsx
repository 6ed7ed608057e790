import { getError, overTheDay, type ErrorDocument } from '../../api/error-group.ts'
import { useAnswer } from '../../api/poll.ts'
import { Chart } from '../../part/chart/chart.tsx'
import { count, exact } from '../../part/format.ts'
import { Loading, Problem } from '../../part/placeholder.tsx'
import { Text } from '../../part/text.tsx'
import { Instant } from '../../part/time.tsx'
import { serverNow } from '../../state/clock.ts'
import { href } from '../../state/route.ts'
import { ErrorName } from './error-table.tsx'
import { GroupActions } from './group-actions.tsx'
import { Samples } from './samples.tsx'

interface GroupViewProps { queue: string, fingerprint: string }

const ms = 5000

/** One error group: its day, its samples, and the actions on all its jobs. */
export function GroupView ({ queue, fingerprint }: GroupViewProps) {
  const find = async () => await getError(queue, fingerprint)
  const { answer: group, problem, refresh } = useAnswer(find, { ms, of: [queue, fingerprint] })
  return (
    <section aria-label='Error'>
      <nav class='trail' aria-label='Where in the errors'>
        <a href={href.queue(queue, 'errors')}>All errors of {queue}</a>
      </nav>
      <Problem text={problem} />
      {group === null && problem === '' && <Loading />}
      {group !== null && <Group group={group} onChange={refresh} />}
    </section>
  )
}

interface GroupProps { group: ErrorDocument, onChange: () => Promise<void> }

function Group ({ group, onChange }: GroupProps) {
  const now = serverNow()
  return (
    <>
      <h2 class='error kind'><ErrorName group={group} /></h2>
      <GroupActions group={group} onChange={onChange} />
      <Facts group={group} now={now} />
      <div class='charts one'><Day rates={group.rates} now={now} /></div>
      <Samples queue={group.queue} samples={group.samples} now={now} />
    </>
  )
}

function Facts ({ group, now }: { group: ErrorDocument, now: number }) {
  return (
    <dl class='panel facts' aria-label='Facts of the error'>
      <dt>Failed attempts</dt>
      <dd>{exact(group.count)}, {exact(group.failures_per_minute)} in the last minute</dd>
      <dt>Jobs</dt>
      <dd>{exact(group.retrying)} retrying, {exact(group.failed)} failed</dd>
      <dt>First seen</dt><dd><Instant seconds={group.first_seen} now={now} /></dd>
      <dt>Last seen</dt><dd><Instant seconds={group.last_seen} now={now} /></dd>
      <dt>Workers</dt>
      <dd><Workers ids={group.workers} /></dd>
    </dl>
  )
}

// The server tells the last ten at most.
function Workers ({ ids }: { ids: string[] }) {
  if (ids.length === 0) return <>unknown</>
  const many = ids.length === 10 ? 'the last ten' : exact(ids.length)
  return (
    <>
      <span class='dim'>{many}: </span>
      {ids.map(id => <a key={id} class='held' href={href.worker(id)}><Text text={id} /></a>)}
    </>
  )
}

// Ten minutes each.
const points = 144
const span = 600

function Day ({ rates, now }: { rates: ErrorDocument['rates'], now: number }) {
  const values = overTheDay(rates, points, now)
  const times = values.map((_, i) => now / 1000 - (points - 1 - i) * span)
  const lines = [{ name: 'failed attempts', colour: 'failed', values }]
  const title = 'Failed attempts in ten minutes, last 24 hours'
  return <Chart title={title} times={times} format={count} lines={lines} />
}
