import { useState } from 'preact/hooks'
import { whyForbidden } from '../../state/access.ts'
import { keepToken, type TokenProblem } from '../../state/token.ts'

/** Asks for a token, which is kept until the tab is closed. */
export function TokenPage ({ problem }: { problem: TokenProblem }) {
  const [typed, setTyped] = useState('')
  const token = typed.trim()
  function submit (event: Event): void {
    event.preventDefault()
    if (token !== '') keepToken(token)
  }
  return (
    <form class='panel narrow' onSubmit={submit}>
      <h1>A token, please</h1>
      <p>
        This server needs a token. The page keeps it for this tab only, and forgets it when you
        close the tab.
      </p>
      <Problem problem={problem} />
      <label>
        <span>Token</span>
        <input
          type='password' autocomplete='off' value={typed} autofocus
          onInput={event => setTyped(event.currentTarget.value)}
        />
      </label>
      <footer>
        <button type='submit' class='main' disabled={token === ''}>Continue</button>
      </footer>
    </form>
  )
}

function Problem ({ problem }: { problem: TokenProblem }) {
  const reason = whyForbidden('read') ?? 'That token may not read any queue'
  if (problem === 'unknown') {
    return <p role='alert' class='bad'>The server does not know this token, or no longer.</p>
  }
  if (problem !== 'insufficient') return null
  return <p role='alert' class='bad'>{reason}. Use one with the role read.</p>
}
