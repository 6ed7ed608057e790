import { signal } from '@preact/signals'

const key = 'presque-theme'

export type Theme = 'light' | 'dark'

const dark = matchMedia('(prefers-color-scheme: dark)')

// The one chosen in this browser, else that of the system.
function current (): Theme {
  const chosen = localStorage.getItem(key)
  if (chosen === 'light' || chosen === 'dark') return chosen
  return dark.matches ? 'dark' : 'light'
}

/** The colours in use. */
export const theme = signal(current())

/** Sets the colours of the document; then components that read `theme` are drawn again. */
export function applyTheme (): void {
  document.documentElement.dataset['theme'] = current()
  theme.value = current()
}

export function switchTheme (): void {
  localStorage.setItem(key, theme.value === 'dark' ? 'light' : 'dark')
  applyTheme()
}

dark.addEventListener('change', applyTheme)
