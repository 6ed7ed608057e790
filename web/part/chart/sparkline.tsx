import { exact } from '../format.ts'

interface SparklineProps {
  values: number[]
  of: string
  /** The time that the values are of. */
  span?: string
  kind?: string
}

const width = 120
const height = 28

/** A line without axes, with the same in words for a screen reader. */
export function Sparkline (props: SparklineProps) {
  const { values, of, span = 'the last hour', kind = '' } = props
  if (values.length < 2 || values.every(value => value === 0)) {
    const label = `${of} over ${span}: none`
    return <span class='spark none' role='img' aria-label={label} />
  }
  const points = pointsOf(values).join(' ')
  const [least, most] = [exact(Math.min(...values)), exact(Math.max(...values))]
  const words = `${of} over ${span}: ${least} to ${most}, now ${exact(values.at(-1)!)}`
  const box = `0 0 ${width} ${height}`
  return (
    <svg
      class={`spark ${kind}`} viewBox={box} preserveAspectRatio='none' role='img'
      aria-label={words}
    >
      <polygon points={`0,${height} ${points} ${width},${height}`} />
      <polyline points={points} />
    </svg>
  )
}

function pointsOf (values: number[]): string[] {
  const most = Math.max(1, ...values)
  return values.map((value, i) => {
    const x = i / (values.length - 1) * width
    const y = height - 2 - value / most * (height - 4)
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
}
