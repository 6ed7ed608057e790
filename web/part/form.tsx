import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'

/** Wraps an action so that it is not begun again while it runs. Also returns whether it runs. */
export function useOnce (action: () => unknown): [() => Promise<void>, boolean] {
  const running = useRef(false)
  const [busy, setBusy] = useState(false)
  async function once (): Promise<void> {
    if (running.current) return
    running.current = true
    setBusy(true)
    try {
      await action()
    } finally {
      running.current = false
      setBusy(false)
    }
  }
  return [once, busy]
}

interface FormProps {
  children: ComponentChildren
  class?: string
  label?: string
  onSubmit: () => Promise<unknown>
}

/** A form that is sent once, however often Enter is pressed. */
export function Form ({ children, class: kind, label, onSubmit }: FormProps) {
  const [submit, busy] = useOnce(onSubmit)
  return (
    <form
      class={kind} aria-label={label} aria-busy={busy ? 'true' : undefined}
      onSubmit={event => { event.preventDefault(); void submit() }}
    >
      {children}
    </form>
  )
}
