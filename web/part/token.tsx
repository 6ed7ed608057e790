import { useState } from 'preact/hooks'
import { useRefusal } from '../state/access.ts'
import { keepToken } from '../api/server.ts'

/** Asks for a token; it is kept for as long as the tab is open. */
export function TokenPage ({ why }: { why: 'missing' | 'unknown' | 'insufficient' }) {
  const [text, setText] = useState('')
  const lacking = useRefusal('read') ?? 'That token may not look at the queues'
  return (
    <form class='panel narrow' onSubmit={event => { event.preventDefault(); if (text.trim() !== '') keepToken(text.trim()) }}>
      <h1>A token, please</h1>
      <p>This presque serves only those who have a token. It is kept for this tab alone, and forgotten when you close it.</p>
      {why === 'unknown' && <p role='alert' class='bad'>That token is not known here, or no longer.</p>}
      {why === 'insufficient' && <p role='alert' class='bad'>{lacking}. Give one that may read.</p>}
      <label>
        <span>Token</span>
        <input type='password' autocomplete='off' value={text} onInput={event => setText(event.currentTarget.value)} autofocus />
      </label>
      <footer><button type='submit' class='main' disabled={text.trim() === ''}>Continue</button></footer>
    </form>
  )
}
