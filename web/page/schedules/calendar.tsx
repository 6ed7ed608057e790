import type { Schedule } from '../../api/schedule.ts'
import { exact, instant, plural } from '../../part/format.ts'
import { zoneName } from '../../state/zone.ts'
import { href } from '../../state/route.ts'
import { inWords } from './cron-words.ts'

/** The ticks of some schedules, by name. */
export type Ticks = Map<string, number[]>

interface CalendarProps { schedules: Schedule[], ticks: Ticks, now: number }

const day = 86_400

/** How many ticks the server tells of each schedule at most. */
const mostTicks = 100

/** What fires in the next 24 hours, hour by hour. */
export function Calendar ({ schedules, ticks, now }: CalendarProps) {
  const known = schedules.filter(({ name }) => ticks.has(name))
  const often = known.filter(({ name }) => isOften(ticks.get(name)!, now))
  const rare = known.filter(one => !often.includes(one))
  const hours = hoursOf(rare, ticks, now)
  if (known.length === 0) return null
  return (
    <section class='panel calendar' aria-label='The next 24 hours'>
      <h2>The next 24 hours <span class='dim'>in {zoneName(now / 1000)}</span></h2>
      {hours.length === 0 && <p class='dim'>No tick but those below.</p>}
      <ol>{hours.map(hour => <HourLine key={hour.start} hour={hour} />)}</ol>
      {often.length > 0 && <Often schedules={often} />}
      {known.length < schedules.length && (
        <p class='dim'>Of the first {exact(known.length)} schedules alone.</p>
      )}
    </section>
  )
}

// The server stopped counting before the end of the day.
function isOften (ticks: number[], now: number): boolean {
  return ticks.length >= mostTicks && ticks.at(-1)! < now / 1000 + day
}

interface Hour { start: number, entries: Array<{ schedule: Schedule, times: number[] }> }

function hoursOf (schedules: Schedule[], ticks: Ticks, now: number): Hour[] {
  const hours = new Map<number, Hour>()
  for (const schedule of schedules) {
    for (const tick of ticks.get(schedule.name)!) {
      if (tick * 1000 > now && tick < now / 1000 + day) note(hours, schedule, tick)
    }
  }
  return [...hours.values()].sort((one, other) => one.start - other.start)
}

function note (hours: Map<number, Hour>, schedule: Schedule, tick: number): void {
  const start = startOfHour(tick)
  const hour = hours.get(start) ?? { start, entries: [] }
  hours.set(start, hour)
  const last = hour.entries.at(-1)
  if (last?.schedule === schedule) last.times.push(tick)
  else hour.entries.push({ schedule, times: [tick] })
}

// Some zones are half an hour off: the hour is that of the clock of the page.
function startOfHour (tick: number): number {
  const [minutes, seconds] = instant(tick).slice(14).split(':').map(Number) as [number, number]
  return Math.floor(tick) - minutes * 60 - seconds
}

const clockTime = (seconds: number): string => instant(seconds).slice(11, 16)

function HourLine ({ hour: { start, entries } }: { hour: Hour }) {
  const sorted = entries.toSorted((one, other) => one.times[0]! - other.times[0]!)
  return (
    <li>
      <time dateTime={new Date(start * 1000).toISOString()}>{clockTime(start)}</time>
      <span>
        {sorted.map(({ schedule: { name, queue }, times }) => (
          <a key={name} class='held' href={href.queue(queue, 'schedules')}>
            {name} <span class='dim'>{timesInWords(times)}</span>
          </a>
        ))}
      </span>
    </li>
  )
}

function timesInWords (times: number[]): string {
  if (times.length <= 3) return times.map(clockTime).join(', ')
  return `${plural(times.length, 'time')} from ${clockTime(times[0]!)}`
}

function Often ({ schedules }: { schedules: Schedule[] }) {
  return (
    <p class='dim'>
      Too often to list: {schedules.map(one => {
      return `${one.name} (${(inWords(one) || one.cron!).toLowerCase()})`
    }).join('; ')}.
    </p>
  )
}
