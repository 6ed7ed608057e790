import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'

/** Wraps an action so that it cannot begin again while it runs. Also returns whether it runs. */
export function useOnce (action: () => unknown): [() => Promise<void>, boolean] {
  const isRunning = useRef(false)
  const [isBusy, setBusy] = useState(false)
  async function once (): Promise<void> {
    if (isRunning.current) return
    isRunning.current = true
    setBusy(true)
    try {
      await action()
    } finally {
      isRunning.current = false
      setBusy(false)
    }
  }
  return [once, isBusy]
}

interface FormProps {
  children: ComponentChildren
  class?: string
  label?: string
  onSubmit: () => Promise<unknown>
}

/** A form that is sent once, also if Enter is pressed twice. */
export function Form ({ children, class: kind, label, onSubmit }: FormProps) {
  const [submit, isBusy] = useOnce(onSubmit)
  function send (event: Event): void {
    event.preventDefault()
    void submit()
  }
  return (
    <form class={kind} aria-label={label} aria-busy={isBusy ? 'true' : undefined} onSubmit={send}>
      {children}
    </form>
  )
}

interface FormFooterProps { verb: string, problem: string, onClose: () => void }

/** The end of a form in a dialog: the error of the server, and the buttons. */
export function FormFooter ({ verb, problem, onClose }: FormFooterProps) {
  return (
    <>
      {problem !== '' && <p role='alert' class='bad'>{problem}</p>}
      <footer>
        <button type='button' class='plain' onClick={onClose}>Close</button>
        <button type='submit' class='main'>{verb}</button>
      </footer>
    </>
  )
}
