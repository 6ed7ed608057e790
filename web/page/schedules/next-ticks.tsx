import { Fragment } from 'preact'
import type { Schedule } from '../../api/schedule.ts'
import { ago, instantInZone } from '../../part/format.ts'
import { clockChange, placeTime, type ClockChange } from './place-time.ts'

interface NextTicksProps { schedule: Schedule, ticks: number[], now: number }

const shown = 5

/** The next five ticks in the zone of the schedule and in that of the page. */
export function NextTicks ({ schedule, ticks, now }: NextTicksProps) {
  const next = ticks.filter(tick => tick * 1000 > now).slice(0, shown)
  if (next.length === 0) return null
  const { name, tz } = schedule
  const changes = next.map((tick, i) => clockChange(tz, next[i - 1] ?? now / 1000, tick))
  const first = changes.find(change => change !== null)
  return (
    <details class='ticks'>
      <summary>
        Next {next.length} ticks<span class='unseen'> of {name}</span>
        {first != null && <span class='badge warn'>clocks change</span>}
      </summary>
      <ol>
        {next.map((tick, i) => (
          <Fragment key={tick}>
            {changes[i] != null && <Change zone={tz} change={changes[i]} />}
            <li>
              <span>{placeTime(tick, tz)} {tz}</span>
              <span class='dim'>{instantInZone(tick)}, {ago(tick, now)}</span>
            </li>
          </Fragment>
        ))}
      </ol>
    </details>
  )
}

function Change ({ zone, change: { at, before, after } }: { zone: string, change: ClockChange }) {
  return (
    <li class='warn'>
      Clocks change in {zone}: {placeTime(at - 1, zone).slice(0, -3)} is followed
      by {placeTime(at, zone).slice(15, -3)} ({before} to {after}).
    </li>
  )
}
