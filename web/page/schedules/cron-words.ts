import { toString as describe } from 'cronstrue'
import type { Schedule } from '../../api/schedule.ts'
import { duration } from '../../part/format.ts'

/** When a schedule fires, in words: At 04:30, Monday through Friday. */
export function inWords ({ cron, every }: Schedule): string {
  if (cron === undefined) return `Every ${duration(every!)}`
  try {
    return describe(cron, { use24HourTimeFormat: true })
  } catch {
    return ''
  }
}
