import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Form } from './form.tsx'
import { Text } from './text.tsx'

interface DialogProps {
  title: string
  children: ComponentChildren
  /** Whether typing in it is work that Escape must not throw away. */
  keeps?: boolean
  onClose: () => void
}

/** Over the page, and the only thing to be reached until it is closed. */
export function Dialog ({ title, children, keeps = true, onClose }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null)
  const typed = useRef(false)
  const [asking, setAsking] = useState(false)
  const leave = () => keeps && typed.current ? setAsking(true) : onClose()
  useModal(element)
  function cancel (event: Event): void {
    event.preventDefault()
    leave()
  }
  return (
    <dialog
      ref={element} aria-label={title} onInput={() => { typed.current = true }} onCancel={cancel}
      onKeyDown={event => { if (event.key === 'Escape') cancel(event) }} onClose={onClose}
    >
      <header>
        <h2>{title}</h2>
        <button type='button' class='quiet' aria-label='Close' onClick={leave}>×</button>
      </header>
      {asking && <Asking onKeep={() => setAsking(false)} onLeave={onClose} />}
      {children}
    </dialog>
  )
}

function useModal (element: { current: HTMLDialogElement | null }): void {
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null
    const dialog = element.current!
    dialog.showModal()
    return () => {
      // The page outside cannot have the focus before.
      dialog.close()
      opener?.focus?.()
    }
  }, [])
}

function Asking ({ onKeep, onLeave }: { onKeep: () => void, onLeave: () => void }) {
  const keep = useRef<HTMLButtonElement>(null)
  useEffect(() => keep.current!.focus(), [])
  return (
    <p class='asking' role='alert'>
      <span>What you typed has not been sent.</span>
      <button ref={keep} type='button' class='plain' onClick={onKeep}>Go on typing</button>
      <button type='button' class='danger' onClick={onLeave}>Throw it away</button>
    </p>
  )
}

interface ConfirmProps {
  title: string
  question: string
  /** What must be typed, if anything. */
  word?: string
  verb: string
  kind?: 'danger' | 'main'
  onConfirm: () => Promise<unknown>
  onClose: () => void
}

/** Asks before something is done to many jobs, or that cannot be undone. */
export function Confirm (props: ConfirmProps) {
  const { title, question, word = '', verb, kind = 'danger', onConfirm, onClose } = props
  const [typed, setTyped] = useState('')
  const ready = typed === word
  async function confirm (): Promise<void> {
    if (!ready) return
    await onConfirm()
    onClose()
  }
  return (
    <Dialog title={title} keeps={false} onClose={onClose}>
      <Form onSubmit={confirm}>
        <p><Text text={question} /></p>
        {word !== '' && <Word word={word} typed={typed} onInput={setTyped} />}
        <footer>
          <button type='button' class='plain' onClick={onClose}>Keep</button>
          <button type='submit' class={kind} disabled={!ready}>{verb}</button>
        </footer>
      </Form>
    </Dialog>
  )
}

interface WordProps { word: string, typed: string, onInput: (typed: string) => void }

function Word ({ word, typed, onInput }: WordProps) {
  return (
    <label>
      <span>Type <code>{word}</code> to confirm</span>
      <input
        value={typed} onInput={event => onInput(event.currentTarget.value)}
        autocomplete='off' spellcheck={false} autofocus
      />
    </label>
  )
}
