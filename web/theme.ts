const place = 'presque-theme'

export type Theme = 'light' | 'dark'

const dark = matchMedia('(prefers-color-scheme: dark)')

/** The one chosen here, else that of the system. */
export function theme (): Theme {
  const chosen = localStorage.getItem(place)
  return chosen === 'light' || chosen === 'dark' ? chosen : dark.matches ? 'dark' : 'light'
}

export function applyTheme (): void {
  document.documentElement.dataset['theme'] = theme()
  document.dispatchEvent(new Event('theme'))
}

export function switchTheme (): void {
  localStorage.setItem(place, theme() === 'dark' ? 'light' : 'dark')
  applyTheme()
}

dark.addEventListener('change', applyTheme)
