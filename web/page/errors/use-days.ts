import { useState } from 'preact/hooks'
import { getError, overTheDay, type ErrorGroup } from '../../api/error-group.ts'
import { usePoll } from '../../api/poll.ts'
import { serverNow } from '../../state/clock.ts'
import { keyOf } from './error-table.tsx'

// The day of a group is a request. What one sees first has one, once a minute.
const mostDrawn = 12
const ms = 60_000

// Half an hour each.
const points = 48

/** By group, how often it failed in each half hour of the last day. */
export function useDays (groups: ErrorGroup[]): Map<string, number[]> {
  const [days, setDays] = useState(new Map<string, number[]>())
  const drawn = groups.slice(0, mostDrawn)
  async function learn (): Promise<void> {
    const found = await Promise.all(drawn.map(async group => {
      return [keyOf(group), await dayOf(group)] as const
    }))
    setDays(new Map(found))
  }
  usePoll(learn, { ms, of: [drawn.map(keyOf).join()] })
  return days
}

async function dayOf ({ queue, fingerprint }: ErrorGroup): Promise<number[]> {
  const group = await getError(queue, fingerprint).catch(() => null)
  return group === null ? [] : overTheDay(group.rates, points, serverNow())
}
