import { useEffect, useState } from 'preact/hooks'
import { Chart } from '../../part/chart.tsx'
import { serverNow } from '../../state/clock.ts'
import { count, duration, rate } from '../../part/format.ts'
import { joined, learn, speed, type History } from '../../api/history.ts'
import type { Row } from '../../api/live.ts'

const spans = { '15 min': 900, '1 hour': 3600, '6 hours': 21_600, '24 hours': 86_400 }
type Span = keyof typeof spans

/** A queue over time. */
export function Charts ({ row }: { row: Row }) {
  const [span, setSpan] = useState<Span>('1 hour')
  const [history, setHistory] = useState<History | null>(null)
  useEffect(() => {
    const look = async () => setHistory(await learn(row.queue))
    void look()
    const timer = setInterval(look, 60_000)
    return () => clearInterval(timer)
  }, [row.queue])
  if (history === null) return <div class='charts' />
  const { times, waiting, active, failed, oldest_age: oldest, pushed, processed } = joined(history, row, serverNow() / 1000 - spans[span])
  return (
    <section aria-label='Over time'>
      <div class='spans' role='group' aria-label='How far back'>
        {(Object.keys(spans) as Span[]).map(name => <button key={name} type='button' class='quiet' aria-pressed={name === span ? 'true' : 'false'} onClick={() => setSpan(name)}>{name}</button>)}
      </div>
      <div class='charts'>
        <Chart title='Jobs' times={times} say={count} lines={[{ name: 'waiting', colour: 'waiting', values: waiting }, { name: 'on lease', colour: 'active', values: active }, { name: 'failed', colour: 'failed', values: failed }]} />
        <Chart title='Throughput, a second' times={times} say={rate} lines={[{ name: 'in', colour: 'in', values: speed(times, pushed) }, { name: 'out', colour: 'out', values: speed(times, processed) }]} />
        <Chart title='Wait of the oldest job' times={times} say={duration} lines={[{ name: 'oldest', colour: 'oldest', values: oldest }]} />
      </div>
    </section>
  )
}
