import type { ErrorGroup } from '../../api/error-group.ts'
import { Sparkline } from '../../part/chart/sparkline.tsx'
import { count, exact } from '../../part/format.ts'
import type { SteadyRow } from '../../part/steady.ts'
import { Text } from '../../part/text.tsx'
import { Ago } from '../../part/time.tsx'
import { href } from '../../state/route.ts'

interface ErrorTableProps {
  rows: Array<SteadyRow<ErrorGroup>>
  /** Without it, the table is of all queues, and has a column of them. */
  queue: string | undefined
  days: Map<string, number[]>
  /** Epoch ms. */
  now: number
}

export function keyOf ({ queue, fingerprint }: ErrorGroup): string {
  return `${queue}/${fingerprint}`
}

const numberHeads = ['A minute', 'Last 24 hours', 'Failed attempts', 'Retrying', 'Failed']

export function ErrorTable ({ rows, queue, days, now }: ErrorTableProps) {
  const isOfAllQueues = queue === undefined
  return (
    <div class='scroll'>
      <table class='errors'>
        <caption class='unseen'>Errors by kind, those that grow now first</caption>
        <thead>
          <tr>
            <th scope='col'>Error</th>
            {isOfAllQueues && <th scope='col' class='words'>Queue</th>}
            {numberHeads.map(name => <th key={name} scope='col'>{name}</th>)}
            <th scope='col'>First seen</th>
            <th scope='col'>Last seen</th>
            <th scope='col' class='words'>Workers</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ item, isGone }) => (
            <ErrorRow
              key={keyOf(item)} group={item} isGone={isGone} hasQueue={isOfAllQueues}
              day={days.get(keyOf(item)) ?? []} now={now}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface ErrorRowProps {
  group: ErrorGroup
  isGone: boolean
  hasQueue: boolean
  day: number[]
  now: number
}

function ErrorRow ({ group, isGone, hasQueue, day, now }: ErrorRowProps) {
  const { queue, fingerprint, failures_per_minute: rate, retrying, failed } = group
  return (
    <tr class={isGone ? 'gone' : ''}>
      <th scope='row'>
        <a href={href.error(queue, fingerprint)}><ErrorName group={group} /></a>
      </th>
      {hasQueue && (
        <td class='words' data-label='queue'><a href={href.queue(queue, 'errors')}>{queue}</a></td>
      )}
      <Count label='a minute' value={rate} kind='bad' />
      <td class='line' data-label='last 24 hours'>
        <Sparkline values={day} of='Failed attempts' span='the last 24 hours' kind='failed' />
      </td>
      <Count label='failed attempts' value={group.count} />
      <Count label='retrying' value={retrying} />
      <Count label='failed' value={failed} />
      <td data-label='first seen'><Ago seconds={group.first_seen} now={now} /></td>
      <td data-label='last seen'><Ago seconds={group.last_seen} now={now} /></td>
      <td class='words' data-label='workers'><Workers ids={group.workers} /></td>
    </tr>
  )
}

/** The type of a group, and its message. */
export function ErrorName ({ group: { type, message } }: { group: ErrorGroup }) {
  if (type === null && message === null) return <>no error was told</>
  return <><b><Text text={type ?? ''} /></b> <Text text={message ?? ''} /></>
}

interface CountProps { label: string, value: number, kind?: string }

function Count ({ label, value, kind = '' }: CountProps) {
  return <td class={value > 0 ? kind : 'zero'} data-label={label}>{count(value)}</td>
}

// The server tells the last ten at most.
function Workers ({ ids }: { ids: string[] }) {
  if (ids.length === 0) return <span class='dim'>unknown</span>
  if (ids.length === 1) return <>all on <Text text={ids[0]!} /></>
  const title = ids.join(', ')
  return <span title={title}>{exact(ids.length)}{ids.length === 10 && ' or more'}</span>
}
