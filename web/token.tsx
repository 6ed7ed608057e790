import { useState } from 'preact/hooks'
import { keepToken } from './server.ts'

/** Asks for a token; it is kept for as long as the tab is open. */
export function TokenPage ({ wrong }: { wrong: boolean }) {
  const [text, setText] = useState('')
  return (
    <form class='panel narrow' onSubmit={event => { event.preventDefault(); if (text.trim() !== '') keepToken(text.trim()) }}>
      <h1>A token, please</h1>
      <p>This presque serves only those who have a token. It is kept for this tab alone, and forgotten when you close it.</p>
      {wrong && <p role='alert' class='bad'>That token is not known here.</p>}
      <label>
        <span>Token</span>
        <input type='password' autocomplete='off' value={text} onInput={event => setText(event.currentTarget.value)} autofocus />
      </label>
      <footer><button type='submit' class='main' disabled={text.trim() === ''}>Continue</button></footer>
    </form>
  )
}
