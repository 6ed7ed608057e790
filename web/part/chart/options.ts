import type Plot from 'uplot'
import type { Options } from 'uplot'
import { instant } from '../format.ts'

/** A line of a chart; `colour` is a custom property of style/colours.css. */
export interface Line { name: string, colour: string, values: number[] }

type Format = (value: number) => string

export const height = 140

const font = '11px system-ui, sans-serif'

// In px, with the space between label and line. uPlot cuts a label that is wider than its axis.
function axisWidth (plot: Plot, labels: string[] | null): number {
  plot.ctx.save()
  plot.ctx.font = font
  const widths = (labels ?? []).map(label => plot.ctx.measureText(label).width)
  plot.ctx.restore()
  return Math.ceil(Math.max(30, ...widths)) + 16
}

// A chart of less than four minutes shows seconds.
function timeLabels (times: number[]): string[] {
  const end = times.at(-1)! - times[0]! < 240 ? 19 : 16
  return times.map(time => instant(time).slice(11, end))
}

const colourOf = (name: string): string => {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

function axes (format: Format): NonNullable<Options['axes']> {
  const grid = { stroke: colourOf('line'), width: 1 }
  const axis = { stroke: colourOf('dim'), grid, ticks: { show: false }, font }
  return [
    { ...axis, values: (_plot, times) => timeLabels(times), space: 70, size: 24 },
    { ...axis, values: (_plot, values) => values.map(format), size: axisWidth, space: 32 }
  ]
}

export function plotOptions (width: number, lines: Line[], format: Format): Options {
  const series = lines.map(({ name, colour }) => {
    const stroke = colourOf(colour)
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
    axes: axes(format),
    series: [{}, ...series]
  }
}
