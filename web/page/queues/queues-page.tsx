import { useEffect, useState } from 'preact/hooks'
import { root } from '../../api/root.ts'
import { Button, Toggle } from '../../part/button.tsx'
import { Choice } from '../../part/field.tsx'
import { exact } from '../../part/format.ts'
import { Loading } from '../../part/placeholder.tsx'
import { whyForbidden } from '../../state/access.ts'
import {
  overview, pageSize, queueFilter, summaryQuery, timeOfNumbers
} from '../../state/overview.ts'
import { route, setQuery } from '../../state/route.ts'
import { PushDialog } from '../queue/push-dialog.tsx'
import { Findings } from './findings.tsx'
import { columns, type Column } from './queue-column.ts'
import { QueueTable } from './queue-table.tsx'
import { sorted } from './sort.ts'
import { Totals } from './totals.tsx'
import { hasBranches } from './tree.ts'

/** All queues, or a page of them. */
export function QueuesPage () {
  const { rows, size, query } = overview.value
  const isKnown = query === summaryQuery()
  const isPaged = isKnown && (size > rows.size || queueFilter().offset > 0)
  const now = timeOfNumbers()
  const totals = isPaged ? 'The queues on this page together' : 'All queues together'
  return (
    <>
      <Title size={isKnown ? exact(size) : ''} />
      <Findings />
      <Totals rows={isKnown ? [...rows.values()] : []} now={now} of={totals} />
      <Queues isKnown={isKnown} isPaged={isPaged} now={now} />
      {isPaged && <Pages shown={rows.size} size={size} />}
    </>
  )
}

function Title ({ size }: { size: string }) {
  const [isPushing, setPushing] = useState(false)
  const produce = whyForbidden('produce')
  return (
    <>
      <div class='title'>
        <h1>Queues <span class='dim'>{size}</span></h1>
        <Button kind='main' forbidden={produce} onClick={() => setPushing(true)}>Add job</Button>
      </div>
      {isPushing && <PushDialog onClose={() => setPushing(false)} />}
    </>
  )
}

interface QueuesProps { isKnown: boolean, isPaged: boolean, now: number }

function Queues ({ isKnown, isPaged, now }: QueuesProps) {
  const { rows, query } = overview.value
  const [search, setSearch] = useSearch()
  const sort = sortOf()
  // After a change of page the rows may be those of another page, until the answer.
  const isList = !query.startsWith('limit=0') && !query.startsWith('queue=')
  const listed = isList ? [...rows.values()] : []
  const words = search.toLowerCase()
  const found = listed.filter(({ queue }) => queue.toLowerCase().includes(words))
  const hasAnswer = isKnown && queueFilter().search === search
  return (
    <>
      <Tools {...{ isPaged, search, setSearch, sort, hasTree: hasBranches(found) }} />
      {isPaged && <p class='dim'>The totals and the order are of this page only.</p>}
      {found.length > 0 && (
        <QueueTable
          rows={sorted(found, sort, now)} sort={sort} onSort={setSort}
          isTree={isTree() && sort === 'queue'} now={now}
        />
      )}
      {found.length === 0 && <NoQueue hasAnswer={hasAnswer} isFiltered={search !== ''} />}
    </>
  )
}

// In ms: the pause after the last letter, before the server is asked.
const pause = 250

// The order that the address names.
function sortOf (): Column {
  return columns.find(({ key }) => key === route.value.query['sort'])?.key ?? 'queue'
}

function isTree (): boolean {
  return route.value.query['tree'] === '1'
}

function setSort (column: Column): void {
  setQuery({ sort: column === 'queue' ? '' : column })
}

/** The text of the filter. The server is asked a moment later, from its first page on. */
function useSearch (): [string, (search: string) => void] {
  const [search, setSearch] = useState(queueFilter().search)
  useEffect(() => {
    if (search === queueFilter().search) return
    const timer = setTimeout(() => filterBy(search), pause)
    return () => clearTimeout(timer)
  }, [search])
  return [search, setSearch]
}

function filterBy (search: string): void {
  setQuery({ search, offset: '' })
}

interface ToolsProps {
  isPaged: boolean
  search: string
  setSearch: (search: string) => void
  sort: Column
  hasTree: boolean
}

const sortChoices = Object.fromEntries(
  columns.map(({ key, name }) => [key, name.toLowerCase()])
) as Record<Column, string>

function Tools ({ isPaged, search, setSearch, sort, hasTree }: ToolsProps) {
  return (
    <div class='tools'>
      <input
        type='search' aria-label='Filter queues by name' placeholder='Filter by name'
        value={search} onInput={event => setSearch(event.currentTarget.value)}
      />
      {hasTree && sort === 'queue' && (
        <Toggle isOn={isTree()} onClick={() => setQuery({ tree: isTree() ? '' : '1' })}>
          As a tree
        </Toggle>
      )}
      <Choice
        class='inline sort' label={isPaged ? 'Sort this page by' : 'Sort by'} value={sort}
        choices={sortChoices} onChange={setSort}
      />
    </div>
  )
}

function Pages ({ shown, size }: { shown: number, size: number }) {
  const { offset } = queueFilter()
  const last = offset + shown
  function goTo (to: number): void {
    setQuery({ offset: to > 0 ? String(to) : '' })
    scrollTo(0, 0)
  }
  return (
    <nav class='pages' aria-label='Pages of queues'>
      <Button disabled={offset === 0} onClick={() => goTo(offset - pageSize)}>Back</Button>
      <span>{exact(Math.min(offset + 1, last))} to {exact(last)} of {exact(size)}</span>
      <Button disabled={last >= size} onClick={() => goTo(offset + pageSize)}>Next</Button>
    </nav>
  )
}

function NoQueue ({ hasAnswer, isFiltered }: { hasAnswer: boolean, isFiltered: boolean }) {
  if (!hasAnswer) return <Loading />
  if (isFiltered) return <p class='empty'>No queue name contains that.</p>
  const header = "-H 'content-type: application/json'"
  return (
    <div class='empty'>
      <p>No queue has been used yet. The first job creates one:</p>
      <pre>{`curl -d '{"to":"ann"}' ${header} ${location.origin}${root}/q/mail`}</pre>
    </div>
  )
}
