import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { notify } from './notice.tsx'

interface ButtonProps {
  children: ComponentChildren
  /** Why it may not be pressed; null when it may. It can be reached all the same, and then tells why. */
  refusal?: string | null
  kind?: 'main' | 'danger' | 'plain' | 'quiet'
  label?: string
  disabled?: boolean
  onClick: () => unknown
}

export function Button ({ children, refusal = null, kind = 'plain', label, disabled = false, onClick }: ButtonProps) {
  const [busy, setBusy] = useState(false)
  async function press (): Promise<void> {
    if (refusal !== null) return notify(refusal, true)
    if (busy) return
    setBusy(true)
    await onClick()
    setBusy(false)
  }
  return (
    <button
      type='button' class={kind} aria-label={label} title={refusal ?? undefined}
      aria-disabled={refusal !== null ? 'true' : undefined} aria-busy={busy ? 'true' : undefined} disabled={disabled} onClick={press}
    >
      {children}
    </button>
  )
}
