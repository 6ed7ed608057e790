import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

interface DialogProps {
  title: string
  children: ComponentChildren
  /** Whether Escape asks before it discards typed text. */
  keepsTyped?: boolean
  onClose: () => void
}

/** A modal dialog: the page behind it cannot be reached until it is closed. */
export function Dialog ({ title, children, keepsTyped = true, onClose }: DialogProps) {
  const element = useModal(onClose)
  const hasTyped = useRef(false)
  const [isAsking, setAsking] = useState(false)
  const leave = () => keepsTyped && hasTyped.current ? setAsking(true) : onClose()
  function cancel (event: Event): void {
    event.preventDefault()
    leave()
  }
  return (
    <dialog
      ref={element} aria-label={title} onInput={() => { hasTyped.current = true }}
      onCancel={cancel}
      onKeyDown={event => { if (event.key === 'Escape') cancel(event) }}
    >
      <header>
        <h2>{title}</h2>
        <button type='button' class='quiet' aria-label='Close' onClick={leave}>×</button>
      </header>
      {isAsking && <DiscardQuestion onKeep={() => setAsking(false)} onDiscard={onClose} />}
      {children}
    </dialog>
  )
}

/** Opens the dialog whose reference it returns, and gives the focus back afterwards. */
function useModal (onClose: () => void) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null
    const dialog = element.current!
    dialog.addEventListener('close', onClose)
    dialog.showModal()
    return () => {
      // The event comes a frame later, when the opener may have opened the next dialog.
      dialog.removeEventListener('close', onClose)
      // While the dialog is open, the page behind it cannot have the focus.
      dialog.close()
      opener?.focus?.()
    }
  }, [])
  return element
}

function DiscardQuestion ({ onKeep, onDiscard }: { onKeep: () => void, onDiscard: () => void }) {
  const keep = useRef<HTMLButtonElement>(null)
  useEffect(() => keep.current!.focus(), [])
  return (
    <p class='asking' role='alert'>
      <span>What you typed has not been sent.</span>
      <button ref={keep} type='button' class='plain' onClick={onKeep}>Keep editing</button>
      <button type='button' class='danger' onClick={onDiscard}>Discard</button>
    </p>
  )
}
