import { exact } from './format.ts'

interface SparklineProps { values: number[], of: string }

const width = 120
const height = 28

/** A line without axes. What it shows is said in words as well. */
export function Sparkline ({ values, of }: SparklineProps) {
  const most = Math.max(1, ...values)
  if (values.length < 2 || values.every(value => value === 0)) {
    return <span class='spark none' role='img' aria-label={`${of} over the last hour: none`} />
  }
  const points = values.map((value, i) => `${(i / (values.length - 1) * width).toFixed(1)},${(height - 2 - value / most * (height - 4)).toFixed(1)}`)
  const words = `${of} over the last hour: ${exact(Math.min(...values))} to ${exact(Math.max(...values))}, now ${exact(values.at(-1)!)}`
  return (
    <svg class='spark' viewBox={`0 0 ${width} ${height}`} preserveAspectRatio='none' role='img' aria-label={words}>
      <polygon points={`0,${height} ${points.join(' ')} ${width},${height}`} />
      <polyline points={points.join(' ')} />
    </svg>
  )
}
