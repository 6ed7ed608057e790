import { control } from '../api/queue.ts'
import { notify, notifyOutcome } from '../part/notice.tsx'
import { whyForbidden } from '../state/access.ts'
import { overview } from '../state/overview.ts'
import { switchTheme, theme } from '../state/theme.ts'
import { keepToken, token } from '../state/token.ts'
import { switchZone, zone } from '../state/zone.ts'

/** What the palette can do. */
export interface Action { name: string, act: () => unknown }

/** The actions of the page of a queue, and of every page where `queue` is ''. */
export function actionsOn (queue: string): Action[] {
  const row = overview.value.rows.get(queue)
  return [
    ...(row === undefined ? [] : [row.stopped ? resume(queue) : pause(queue)]),
    {
      name: `Switch to ${theme.value === 'dark' ? 'light' : 'dark'} colours`,
      act: switchTheme
    },
    { name: `Show times in ${zone.value === 'UTC' ? 'local time' : 'UTC'}`, act: switchZone },
    ...(token() === '' ? [] : [{ name: 'Forget token', act: forgetToken }])
  ]
}

/** Forgets the token of this tab, and all that it has shown. */
export function forgetToken (): void {
  keepToken('')
  location.reload()
}

function pause (queue: string): Action {
  return managing(`Pause ${queue}`, async () => {
    await control(queue, { status: 'stop' })
    return `${queue} is paused; running jobs end as they are`
  })
}

function resume (queue: string): Action {
  return managing(`Resume ${queue}`, async () => {
    await control(queue, { status: 'start' })
    return `${queue} is resumed`
  })
}

function managing (name: string, change: () => Promise<string>): Action {
  const act = async () => {
    const forbidden = whyForbidden('manage')
    if (forbidden === null) await notifyOutcome(change)
    else notify(forbidden, true)
  }
  return { name, act }
}
