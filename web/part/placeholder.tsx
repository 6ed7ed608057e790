/** Shown until the first answer. */
export function Loading () {
  return <p class='empty'>Loading…</p>
}

/** The error of a request; nothing while `text` is ''. */
export function Problem ({ text }: { text: string }) {
  return text === '' ? null : <p class='empty' role='alert'>{text}</p>
}
