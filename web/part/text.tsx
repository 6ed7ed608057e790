// Unicode's controls of direction (UAX 9). They can make a text read as another than it is.
const control = /([\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])/

/** Text of a client: its controls of direction are shown by their number, and not obeyed. */
export function Text ({ text }: { text: string }) {
  const parts = text.split(control)
  if (parts.length === 1) return <>{text}</>
  return <>{parts.map((part, i) => i % 2 === 0 ? part : <Control key={i} letter={part} />)}</>
}

function Control ({ letter }: { letter: string }) {
  const number = letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  return <span class='control' title='A control of direction, shown and not obeyed'>U+{number}</span>
}

/** JSON to edit: each control of direction as its escape, which means the same. */
export function escapeControls (json: string): string {
  return json.replace(new RegExp(control, 'g'), letter => {
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
