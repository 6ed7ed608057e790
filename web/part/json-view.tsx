import { useState } from 'preact/hooks'
import { Toggle } from './button.tsx'
import { Copy } from './copy.tsx'
import { exact } from './format.ts'
import { pretty } from './pretty-json.ts'
import { Text } from './text.tsx'

// In characters. A longer text is not indented.
const longest = 200_000

/** JSON to read: indented, or byte for byte. */
export function JsonView ({ title, text }: { title: string, text: string }) {
  const [isRaw, setRaw] = useState(false)
  const shown = isRaw || text.length > longest ? text : pretty(text)
  return (
    <section class='panel' aria-label={title}>
      <div class='head'>
        <h2>{title} <span class='dim small-inline'>{bytesOf(text)}</span></h2>
        <div role='group' aria-label={`How to show the ${title.toLowerCase()}`}>
          <Toggle isOn={!isRaw} onClick={() => setRaw(false)}>Pretty</Toggle>
          <Toggle isOn={isRaw} onClick={() => setRaw(true)}>Raw</Toggle>
          <Copy label={`Copy the ${title.toLowerCase()}`} text={text}>Copy</Copy>
        </div>
      </div>
      <pre tabIndex={0} aria-label={isRaw ? `${title}, raw` : title}><Text text={shown} /></pre>
    </section>
  )
}

function bytesOf (text: string): string {
  return `${exact(new TextEncoder().encode(text).length)} bytes`
}
