import { signal } from '@preact/signals'

const key = 'presque-token'

/** Why the page must ask for a token, '' if it need not. insufficient: without the role read. */
export type TokenProblem = '' | 'missing' | 'unknown' | 'insufficient'

export const tokenProblem = signal<TokenProblem>('')

/** The token of this tab, '' if there is none. No other tab gets it. */
export function token (): string {
  return sessionStorage.getItem(key) ?? ''
}

export function keepToken (text: string): void {
  if (text === '') sessionStorage.removeItem(key)
  else sessionStorage.setItem(key, text)
  tokenProblem.value = ''
}
