import type { Forecast, Period } from '../../api/report/forecast.ts'
import { count, duration, instantInZone } from '../../part/format.ts'

const unknown: Record<NonNullable<Forecast['unknown']>, string> = {
  stopped: 'The queue is paused',
  nobody_asks: 'No worker asks for its jobs',
  nothing_taken: 'No job was taken lately'
}

/** A sentence about the next day, and its periods as a table with bars. */
export function ForecastView ({ forecast }: { forecast: Forecast }) {
  const most = Math.max(1, ...forecast.periods.map(dueIn))
  return (
    <>
      <p>{sentenceOf(forecast)}</p>
      <details open>
        <summary>By {forecast.step === 3600 ? 'hour' : duration(forecast.step)}</summary>
        <ForecastTable forecast={forecast} most={most} />
      </details>
    </>
  )
}

function dueIn ({ delayed, scheduled }: Period): number {
  return delayed + scheduled
}

function sentenceOf (forecast: Forecast): string {
  const { periods } = forecast
  const due = count(periods.reduce((sum, period) => sum + dueIn(period), 0))
  if (forecast.unknown !== null) {
    return `${due} fall due. ${unknown[forecast.unknown]}, so nothing says when they will be done.`
  }
  const crossing = periods.find(isPileUp) ?? periods.find(mayPileUp)
  if (crossing === undefined) return `${due} fall due, and workers are likely to keep up.`
  const likely = isPileUp(crossing) ? 'are likely to wait' : 'may wait'
  return `From ${instantInZone(crossing.at)} on jobs ${likely}: ` +
    `${count(dueIn(crossing))} fall due, and workers can take ${range(crossing.capacity)}.`
}

function isPileUp ({ waiting }: Period): boolean {
  return waiting !== null && waiting.from > 0
}

// More falls due than workers are known to take.
function mayPileUp (period: Period): boolean {
  return period.capacity !== null && dueIn(period) > period.capacity.from
}

interface ForecastTableProps { forecast: Forecast, most: number }

function ForecastTable ({ forecast: { queue, periods }, most }: ForecastTableProps) {
  return (
    <div class='scroll'>
      <table class='forecast'>
        <caption class='unseen'>What falls due in {queue}</caption>
        <thead>
          <tr>
            <th scope='col'>From</th>
            <th scope='col' class='wide'><span class='unseen'>Bar</span></th>
            <th scope='col'>Delayed</th>
            <th scope='col'>Of them retrying</th>
            <th scope='col'>Scheduled</th>
            <th scope='col'>Workers can take</th>
            <th scope='col'>Likely waiting at the end</th>
          </tr>
        </thead>
        <tbody>{periods.map(one => <PeriodRow key={one.at} period={one} most={most} />)}</tbody>
      </table>
    </div>
  )
}

function PeriodRow ({ period, most }: { period: Period, most: number }) {
  const { at, delayed, retrying, scheduled, capacity, waiting } = period
  const kind = isPileUp(period) ? 'bad' : mayPileUp(period) ? 'warn' : ''
  return (
    <tr>
      <th scope='row'>{instantInZone(at)}</th>
      <td class='wide'><meter min={0} max={most} value={dueIn(period)} aria-label='Due' /></td>
      <td data-label='delayed' class={delayed > 0 ? '' : 'zero'}>{count(delayed)}</td>
      <td data-label='retrying' class={retrying > 0 ? '' : 'zero'}>{count(retrying)}</td>
      <td data-label='scheduled' class={scheduled > 0 ? '' : 'zero'}>{count(scheduled)}</td>
      <td data-label='workers can take'>{range(capacity)}</td>
      <td data-label='likely waiting' class={kind}>{range(waiting)}</td>
    </tr>
  )
}

function range (of: Period['waiting']): string {
  if (of === null) return '–'
  if (of.to === null) return `${count(of.from)} or more`
  return of.from === of.to ? count(of.from) : `${count(of.from)} to ${count(of.to)}`
}
