import { useEffect } from 'preact/hooks'

/** What a key opens. */
export type Opened = 'palette' | 'help'

/** Listens to the keys of all pages, but where text is typed and in an open dialog. */
export function useKeyboard (open: (what: Opened) => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const isPalette = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)
      if (isPalette) {
        event.preventDefault()
        if (document.querySelector('dialog[open]') === null) open('palette')
      } else if (isFree(event)) act(event, open)
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [])
}

function isFree (event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  if (document.querySelector('dialog[open]') !== null) return false
  return !(event.target as Element).matches('input:not([type=checkbox]), select, textarea')
}

function act (event: KeyboardEvent, open: (what: Opened) => void): void {
  const does: Record<string, () => void> = {
    '?': () => open('help'),
    '/': focusFilter,
    j: () => moveBy(1),
    k: () => moveBy(-1),
    x: () => rowOfFocus()?.querySelector<HTMLElement>('input[type=checkbox]')?.click(),
    r: retryRow
  }
  const action = does[event.key]
  if (action === undefined) return
  event.preventDefault()
  action()
}

function focusFilter (): void {
  document.querySelector<HTMLElement>('main input[type=search]')?.focus()
}

function rows (): HTMLTableRowElement[] {
  return [...document.querySelectorAll<HTMLTableRowElement>('main .scroll > table > tbody > tr')]
}

function rowOfFocus (): HTMLTableRowElement | undefined {
  return rows().find(row => row.contains(document.activeElement))
}

// Behind the last row nothing moves. A row has the focus by its link.
function moveBy (step: number): void {
  const all = rows()
  const now = all.findIndex(row => row.contains(document.activeElement))
  const next = now === -1 ? all[0] : all[now + step]
  next?.querySelector<HTMLElement>('th a, a, button, input')?.focus()
}

function retryRow (): void {
  const buttons = rowOfFocus()?.querySelectorAll<HTMLElement>('button[aria-label]') ?? []
  const isRetry = (button: HTMLElement) => /^(Retry|Run now) /.test(button.ariaLabel ?? '')
  ;[...buttons].find(isRetry)?.click()
}
