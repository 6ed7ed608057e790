import { useEffect, useRef, useState } from 'preact/hooks'
import Plot, { type AlignedData } from 'uplot'
import { theme } from '../../state/theme.ts'
import { zone } from '../../state/zone.ts'
import { height, plotOptions, type Line } from './options.ts'
import { instant } from '../format.ts'

interface ChartProps {
  title: string
  times: number[]
  lines: Line[]
  format: (value: number) => string
}

/** Lines over time, with the same in words for a screen reader, and as a table. */
export function Chart ({ title, times, lines, format }: ChartProps) {
  const container = usePlot(times, lines, format)
  return (
    <figure class='chart'>
      <figcaption>
        <h2>{title}</h2>
        <ul class='legend' aria-hidden='true'>
          {lines.map(({ name, colour, values }) => (
            <li key={name} class={colour}>{name} <b>{format(values.at(-1) ?? 0)}</b></li>
          ))}
        </ul>
      </figcaption>
      <div ref={container} role='img' aria-label={inWords(title, lines, format)} />
      <Table times={times} lines={lines} format={format} title={title} />
    </figure>
  )
}

/** Draws the lines into the element whose reference it returns. */
function usePlot (times: number[], lines: Line[], format: ChartProps['format']) {
  const container = useRef<HTMLDivElement>(null)
  const plot = useRef<Plot | null>(null)
  const data = [times, ...lines.map(({ values }) => values)] as AlignedData
  useEffect(() => {
    const element = container.current!
    const drawn = new Plot(plotOptions(element.clientWidth, lines, format), data, element)
    const observer = new ResizeObserver(() => {
      drawn.setSize({ width: element.clientWidth, height })
    })
    observer.observe(element)
    plot.current = drawn
    return () => {
      observer.disconnect()
      drawn.destroy()
    }
  }, [theme.value])
  // The labels of the axes are in the zone.
  useEffect(() => plot.current!.setData(data), [data, zone.value])
  return container
}

function inWords (title: string, lines: Line[], format: ChartProps['format']): string {
  const sentences = lines.map(({ name, values }) => {
    if (values.length === 0) return `${name}: no data`
    const [least, most] = [Math.min(...values), Math.max(...values)]
    return `${name}: now ${format(values.at(-1)!)}, between ${format(least)} and ${format(most)}`
  })
  return `${title}. ${sentences.join('; ')}.`
}

const mostRows = 24

function Table (props: ChartProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen && <OpenTable {...props} />}
    </details>
  )
}

function OpenTable ({ title, times, lines, format }: ChartProps) {
  const step = Math.max(1, Math.ceil(times.length / mostRows))
  const shown = times.map((_, i) => i).filter(i => (times.length - 1 - i) % step === 0).reverse()
  return (
    <table>
      <caption class='unseen'>{title}, the latest first</caption>
      <thead>
        <tr>
          <th scope='col'>Time</th>
          {lines.map(({ name }) => <th key={name} scope='col'>{name}</th>)}
        </tr>
      </thead>
      <tbody>
        {shown.map(i => (
          <tr key={i}>
            <th scope='row'>{instant(times[i]!).slice(11)}</th>
            {lines.map(({ name, values }) => <td key={name}>{format(values[i]!)}</td>)}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
