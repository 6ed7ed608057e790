import type { ComponentChildren } from 'preact'
import { useOnce } from './form.tsx'
import { notify } from './notice.tsx'

interface ButtonProps {
  children: ComponentChildren
  /** Why it may not be pressed; null when it may. It can be reached all the same, and tells why. */
  refusal?: string | null
  kind?: 'main' | 'danger' | 'plain' | 'quiet'
  label?: string
  disabled?: boolean
  onClick: () => unknown
}

export function Button (props: ButtonProps) {
  const { children, refusal = null, kind = 'plain', label, disabled = false, onClick } = props
  const [press, busy] = useOnce(() => refusal === null ? onClick() : notify(refusal, true))
  return (
    <button
      type='button' class={kind} aria-label={label} title={refusal ?? undefined}
      aria-disabled={refusal !== null ? 'true' : undefined} aria-busy={busy ? 'true' : undefined}
      disabled={disabled} onClick={press}
    >
      {children}
    </button>
  )
}
