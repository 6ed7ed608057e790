// Unicode's bidirectional controls (UAX 9). They can make a text read as another one.
const control = /([\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])/

/** Text of a client: its bidirectional controls are shown as code points and have no effect. */
export function Text ({ text }: { text: string }) {
  const parts = text.split(control)
  if (parts.length === 1) return <>{text}</>
  return <>{parts.map((part, i) => i % 2 === 0 ? part : <Control key={i} letter={part} />)}</>
}

function codePointOf (letter: string): string {
  return letter.charCodeAt(0).toString(16).padStart(4, '0')
}

function Control ({ letter }: { letter: string }) {
  const title = 'A bidirectional control character, without its effect'
  return <span class='control' title={title}>U+{codePointOf(letter).toUpperCase()}</span>
}

/** JSON to edit: each bidirectional control as its escape, which means the same. */
export function escapeControls (json: string): string {
  return json.replace(new RegExp(control, 'g'), letter => `\\u${codePointOf(letter)}`)
}
