import { Box, useBox } from '../state/box.ts'
import { Text } from './text.tsx'

interface Notice { key: number, text: string, bad: boolean }

const notices = new Box<Notice[]>([])
let last = 0

/** Says something for some seconds; what went wrong, until it is closed. */
export function notify (text: string, bad = false): void {
  const notice = { key: ++last, text, bad }
  notices.value = [...notices.value, notice].slice(-4)
  if (!bad) setTimeout(() => dismiss(notice.key), 6000)
}

function dismiss (key: number): void {
  notices.value = notices.value.filter(notice => notice.key !== key)
}

/** Does something and says how that went. false: it failed. */
export async function act (doing: () => Promise<string | undefined>): Promise<boolean> {
  try {
    const said = await doing()
    if (said !== undefined) notify(said)
    return true
  } catch (error) {
    notify((error as Error).message, true)
    return false
  }
}

export function Notices () {
  const all = useBox(notices)
  return (
    <div class='notices' role='status' aria-live='polite'>
      {all.map(({ key, text, bad }) => (
        <p key={key} class={bad ? 'notice bad' : 'notice'} role={bad ? 'alert' : undefined}>
          <span><Text text={text} /></span>
          <button type='button' class='quiet' aria-label='Close this message' onClick={() => dismiss(key)}>×</button>
        </p>
      ))}
    </div>
  )
}
