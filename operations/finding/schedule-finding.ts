import type { Finding } from '../../schemas/finding.ts'
import type { SkippingSchedule } from '../schedule/schedule.ts'

/** The finding about a schedule whose ticks put no job in. */
export function findingOfSchedule (schedule: SkippingSchedule): Finding {
  const { name, queue, error, since, ticks, skipped } = schedule
  const which = skipped > 1 ? `${skipped} of its last ${ticks} ticks` : 'its last tick'
  const reason = error === null ? '' : `: ${error}`
  return {
    severity: 'warning',
    queue,
    kind: 'schedule',
    since,
    sentence: `the schedule ${name} put no job in at ${which}${reason}`,
    next: [{ method: 'GET', path: `/schedule/${name}`, body: null, label: 'see the schedule' }]
  }
}
