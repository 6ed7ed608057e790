import { useEffect, useRef, useState } from 'preact/hooks'
import Plot, { type AlignedData, type Options } from 'uplot'
import { instant } from './format.ts'

export interface Line { name: string, colour: string, values: number[] }

interface ChartProps {
  title: string
  times: number[]
  lines: Line[]
  say: (value: number) => string
}

const height = 140

/** Lines over time; the same in words for who cannot see them, and as a table. */
export function Chart ({ title, times, lines, say }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const drawn = useRef<Plot | null>(null)
  const data = [times, ...lines.map(({ values }) => values)] as AlignedData
  useEffect(() => {
    const room = place.current!
    const draw = () => {
      drawn.current?.destroy()
      drawn.current = new Plot(options(room.clientWidth, lines, say), drawn.current?.data ?? data, room)
    }
    draw()
    const watcher = new ResizeObserver(() => drawn.current!.setSize({ width: room.clientWidth, height }))
    watcher.observe(room)
    document.addEventListener('theme', draw)
    return () => { watcher.disconnect(); document.removeEventListener('theme', draw); drawn.current!.destroy() }
  }, [])
  useEffect(() => drawn.current!.setData(data))
  return (
    <figure class='chart'>
      <figcaption>
        <h2>{title}</h2>
        <ul class='legend' aria-hidden='true'>
          {lines.map(({ name, colour, values }) => <li key={name} class={colour}>{name} <b>{say(values.at(-1) ?? 0)}</b></li>)}
        </ul>
      </figcaption>
      <div ref={place} role='img' aria-label={inWords(title, lines, say)} />
      <Table times={times} lines={lines} say={say} title={title} />
    </figure>
  )
}

function inWords (title: string, lines: Line[], say: (value: number) => string): string {
  return `${title}. ${lines.map(({ name, values }) => values.length === 0
    ? `${name}: nothing known`
    : `${name}: now ${say(values.at(-1)!)}, between ${say(Math.min(...values))} and ${say(Math.max(...values))}`).join('; ')}.`
}

const mostRows = 24

function Table ({ title, times, lines, say }: ChartProps) {
  const [open, setOpen] = useState(false)
  const step = Math.max(1, Math.ceil(times.length / mostRows))
  const shown = times.map((_, i) => i).filter(i => (times.length - 1 - i) % step === 0).reverse()
  return (
    <details onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {open && (
        <table>
          <caption class='unseen'>{title}, the latest first</caption>
          <thead><tr><th scope='col'>Time</th>{lines.map(({ name }) => <th key={name} scope='col'>{name}</th>)}</tr></thead>
          <tbody>{shown.map(i => <tr key={i}><th scope='row'>{instant(times[i]!).slice(11)}</th>{lines.map(({ name, values }) => <td key={name}>{say(values[i]!)}</td>)}</tr>)}</tbody>
        </table>
      )}
    </details>
  )
}

const font = '11px system-ui, sans-serif'

// In px, with the space between label and line. A label that is wider than its axis is cut.
function axisWidth (plot: Plot, labels: string[] | null): number {
  plot.ctx.save()
  plot.ctx.font = font
  const widths = (labels ?? []).map(label => plot.ctx.measureText(label).width)
  plot.ctx.restore()
  return Math.ceil(Math.max(30, ...widths)) + 16
}

// Seconds are told apart where the chart is of minutes.
function timeLabels (times: number[]): string[] {
  const end = times.at(-1)! - times[0]! < 240 ? 19 : 16
  return times.map(time => instant(time).slice(11, end))
}

function axes (style: CSSStyleDeclaration, say: (value: number) => string): Options['axes'] {
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim()
  const grid = { stroke: colour('line'), width: 1 }
  const axis = { stroke: colour('dim'), grid, ticks: { show: false }, font }
  return [
    { ...axis, values: (_plot, times) => timeLabels(times), space: 70, size: 24 },
    { ...axis, values: (_plot, values) => values.map(say), size: axisWidth, space: 32 }
  ]
}

function options (width: number, lines: Line[], say: (value: number) => string): Options {
  const style = getComputedStyle(document.documentElement)
  const series = lines.map(({ name, colour }) => {
    const stroke = style.getPropertyValue(`--${colour}`).trim()
    return { label: name, stroke, width: 1.5, fill: `${stroke}1c`, points: { show: false } }
  })
  return {
    width,
    height,
    // Room on the right for half of the last time.
    padding: [8, 28, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.1)] } },
    axes: axes(style, say)!,
    series: [{}, ...series]
  }
}
