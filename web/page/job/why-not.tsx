import type { Why } from '../../api/job.ts'
import { capital, duration, localised } from '../../part/format.ts'
import { Text } from '../../part/text.tsx'

/** The sentence about what keeps a job from running, and when it is likely to be taken. */
export function WhyNot ({ why }: { why: Why }) {
  const eta = why['eta'] as Eta | undefined
  return (
    <p class='why' aria-label='Why it is not running'>
      <Text text={localised(`${capital(why.detail)}.`)} />
      {eta !== undefined && <> {etaInWords(eta)}</>}
    </p>
  )
}

interface Eta { from: number, to: number | null }

function etaInWords ({ from, to }: Eta): string {
  if (to === null) return `It is likely to be taken in ${duration(from)} or more.`
  if (to < 1) return 'It is likely to be taken at once.'
  const [first, last] = [duration(from), duration(to)]
  return `It is likely to be taken in ${first === last ? first : `${first} to ${last}`}.`
}
