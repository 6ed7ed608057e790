import { Button, Toggle } from '../../part/button.tsx'
import { ago, exact } from '../../part/format.ts'
import { route, setQuery } from '../../state/route.ts'
import type { Fleet } from './use-fleet.ts'

/** The filter and the grouping, which are in the address. */
export function FleetTools () {
  const { search = '', by = '' } = route.value.query
  const toggle = (key: string, words: string) => (
    <Toggle isOn={by === key} onClick={() => setQuery({ by: key })}>{words}</Toggle>
  )
  return (
    <div class='tools'>
      <input
        type='search' aria-label='Filter workers' placeholder='Filter by id, host, version or queue'
        value={search} onInput={event => setQuery({ search: event.currentTarget.value })}
      />
      <div role='group' aria-label='Group workers'>
        {toggle('', 'Each')}{toggle('host', 'By host')}{toggle('version', 'By version')}
      </div>
    </div>
  )
}

interface WholeProps { fleet: Fleet, shown: number, now: number }

interface WholeProps { fleet: Fleet, shown: number, now: number }

/** Says of how many workers the page tells, and reads all. */
export function Whole ({ fleet, shown, now }: WholeProps) {
  const { all, isReading, readAll, stop } = fleet
  const verb = all === null ? 'Read all' : 'Read again'
  return (
    <p class='whole dim' role='status'>
      {inWords(fleet, shown, now)}{' '}
      {isReading && <Button kind='quiet' onClick={stop}>Stop</Button>}
      {!isReading && <Button kind='quiet' onClick={readAll}>{verb}</Button>}
    </p>
  )
}

function inWords ({ all, at, isReading }: Fleet, shown: number, now: number): string {
  if (all === null) return `Filter, groups and order are of these ${exact(shown)} workers alone.`
  return `${exact(all.length)} workers${isReading ? ' so far' : ''}, as of ${ago(at / 1000, now)}.`
}
