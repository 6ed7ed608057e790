import { signal } from '@preact/signals'
import { Text } from './text.tsx'

interface Notice { key: number, text: string, isError: boolean }

const notices = signal<Notice[]>([])
let lastKey = 0

/** Shows a notice for six seconds; an error until it is closed. */
export function notify (text: string, isError = false): void {
  const notice = { key: ++lastKey, text, isError }
  notices.value = [...notices.value, notice].slice(-4)
  if (!isError) setTimeout(() => dismiss(notice.key), 6000)
}

function dismiss (key: number): void {
  notices.value = notices.value.filter(notice => notice.key !== key)
}

/** Runs an action, and shows the text that it returns or its error. Returns if it succeeded. */
export async function notifyOutcome (action: () => Promise<string>): Promise<boolean> {
  try {
    notify(await action())
    return true
  } catch (error) {
    notify((error as Error).message, true)
    return false
  }
}

export function Notices () {
  return (
    <div class='notices' role='status' aria-live='polite'>
      {notices.value.map(notice => <NoticeLine key={notice.key} notice={notice} />)}
    </div>
  )
}

function NoticeLine ({ notice: { key, text, isError } }: { notice: Notice }) {
  const label = 'Close this message'
  return (
    <p class={isError ? 'notice bad' : 'notice'} role={isError ? 'alert' : undefined}>
      <span><Text text={text} /></span>
      <button type='button' class='quiet' aria-label={label} onClick={() => dismiss(key)}>×</button>
    </p>
  )
}
