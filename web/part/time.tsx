import { ago, instantInZone } from './format.ts'

interface TimeProps {
  /** Epoch seconds. */
  seconds: number
  /** Epoch ms. */
  now: number
}

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()

/** A time as seen from now; its title is the time in the zone. */
export function Ago ({ seconds, now }: TimeProps) {
  return <time dateTime={iso(seconds)} title={instantInZone(seconds)}>{ago(seconds, now)}</time>
}

/** A time in the zone, and as seen from now. */
export function Instant ({ seconds, now }: TimeProps) {
  return (
    <time dateTime={iso(seconds)}>
      {instantInZone(seconds)} <span class='dim'>{ago(seconds, now)}</span>
    </time>
  )
}
