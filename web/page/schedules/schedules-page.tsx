import { ScheduleList } from './schedule-list.tsx'

/** All schedules. */
export function SchedulesPage () {
  return (
    <>
      <div class='title'><h1>Schedules</h1></div>
      <ScheduleList />
    </>
  )
}
