import { Box } from './box.ts'

const place = 'presque-theme'

export type Theme = 'light' | 'dark'

const dark = matchMedia('(prefers-color-scheme: dark)')

// The one chosen here, else that of the system.
function current (): Theme {
  const chosen = localStorage.getItem(place)
  return chosen === 'light' || chosen === 'dark' ? chosen : dark.matches ? 'dark' : 'light'
}

/** The colours in use. */
export const theme = new Box(current())

export function applyTheme (): void {
  theme.value = current()
  document.documentElement.dataset['theme'] = theme.value
  document.dispatchEvent(new Event('theme'))
}

export function switchTheme (): void {
  localStorage.setItem(place, theme.value === 'dark' ? 'light' : 'dark')
  applyTheme()
}

dark.addEventListener('change', applyTheme)
