import { useState } from 'preact/hooks'
import { pretty } from '../api/json.ts'
import { Text } from './text.tsx'

const mostShown = 200_000

/** JSON to read: on lines of its own, or as it came, byte for byte. */
export function Json ({ title, text }: { title: string, text: string }) {
  const [raw, setRaw] = useState(false)
  const shown = raw || text.length > mostShown ? text : pretty(text)
  return (
    <section class='panel' aria-label={title}>
      <div class='head'>
        <h2>{title}</h2>
        <div role='group' aria-label={`How to show the ${title.toLowerCase()}`}>
          <button type='button' class='quiet' aria-pressed={raw ? 'false' : 'true'} onClick={() => setRaw(false)}>Pretty</button>
          <button type='button' class='quiet' aria-pressed={raw ? 'true' : 'false'} onClick={() => setRaw(true)}>Raw</button>
        </div>
      </div>
      <pre tabIndex={0} aria-label={raw ? `${title}, as it came` : title}><Text text={shown} /></pre>
    </section>
  )
}
