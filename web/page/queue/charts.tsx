import { useEffect, useState } from 'preact/hooks'
import { continued, getHistory, ratesOf, type History } from '../../api/report/history.ts'
import { Toggle } from '../../part/button.tsx'
import { Chart } from '../../part/chart/chart.tsx'
import { count, duration, rate } from '../../part/format.ts'
import type { Row } from '../../state/overview.ts'

const spans = { '15 min': 900, '1 hour': 3600, '6 hours': 21_600, '24 hours': 86_400 }
type Span = keyof typeof spans

interface ChartsProps { row: Row, now: number }

/** The numbers of a queue over time. */
export function Charts ({ row, now }: ChartsProps) {
  const [span, setSpan] = useState<Span>('1 hour')
  const history = useHistory(row.queue)
  if (history === null) return <div class='charts' />
  return (
    <section aria-label='Over time'>
      <div class='spans' role='group' aria-label='How far back'>
        {(Object.keys(spans) as Span[]).map(name => (
          <Toggle key={name} isOn={name === span} onClick={() => setSpan(name)}>{name}</Toggle>
        ))}
      </div>
      <ThreeCharts history={continued(history, row, now / 1000 - spans[span], now)} />
    </section>
  )
}

// The server records a minute each.
const ms = 60_000

function useHistory (queue: string): History | null {
  const [history, setHistory] = useState<History | null>(null)
  useEffect(() => {
    const read = async () => setHistory(await getHistory(queue))
    void read()
    const timer = setInterval(read, ms)
    return () => clearInterval(timer)
  }, [queue])
  return history
}

function ThreeCharts ({ history }: { history: History }) {
  const { times, waiting, active, failed, oldest_age: oldest, pushed, processed } = history
  const jobs = [
    { name: 'waiting', colour: 'waiting', values: waiting },
    { name: 'running', colour: 'active', values: active },
    { name: 'failed', colour: 'failed', values: failed }
  ]
  const throughput = [
    { name: 'in', colour: 'in', values: ratesOf(times, pushed) },
    { name: 'out', colour: 'out', values: ratesOf(times, processed) }
  ]
  const ages = [{ name: 'oldest', colour: 'oldest', values: oldest }]
  return (
    <div class='charts'>
      <Chart title='Jobs' times={times} format={count} lines={jobs} />
      <Chart title='Throughput per second' times={times} format={rate} lines={throughput} />
      <Chart title='Oldest waiting' times={times} format={duration} lines={ages} />
    </div>
  )
}
