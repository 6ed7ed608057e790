import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

interface DialogProps { title: string, children: ComponentChildren, onClose: () => void }

/** Over the page, and the only thing to be reached until it is closed. */
export function Dialog ({ title, children, onClose }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null
    const dialog = element.current!
    dialog.showModal()
    return () => {
      // What is outside cannot have the focus before.
      dialog.close()
      opener?.focus?.()
    }
  }, [])
  return (
    <dialog ref={element} aria-label={title} onClose={onClose}>
      <header>
        <h2>{title}</h2>
        <button type='button' class='quiet' aria-label='Close' onClick={onClose}>×</button>
      </header>
      {children}
    </dialog>
  )
}

interface ConfirmProps {
  title: string
  question: string
  /** What must be typed, if anything. */
  word?: string
  verb: string
  onConfirm: () => Promise<unknown>
  onClose: () => void
}

/** Asks before something is done that cannot be undone. */
export function Confirm ({ title, question, word = '', verb, onConfirm, onClose }: ConfirmProps) {
  const [typed, setTyped] = useState('')
  const ready = typed === word
  async function confirm (event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (!ready) return
    await onConfirm()
    onClose()
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={confirm}>
        <p>{question}</p>
        {word !== '' && (
          <label>
            <span>Type <code>{word}</code> to confirm</span>
            <input value={typed} onInput={event => setTyped(event.currentTarget.value)} autocomplete='off' spellcheck={false} autofocus />
          </label>
        )}
        <footer>
          <button type='button' class='plain' onClick={onClose}>Keep</button>
          <button type='submit' class='danger' disabled={!ready}>{verb}</button>
        </footer>
      </form>
    </Dialog>
  )
}
