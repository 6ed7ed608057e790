import type { ComponentChildren } from 'preact'
import { useOnce } from './form.tsx'
import { notify } from './notice.tsx'

interface ButtonProps {
  children: ComponentChildren
  /** Why the action is forbidden, or null. The button keeps the focus, and a press shows why. */
  forbidden?: string | null
  kind?: 'main' | 'danger' | 'plain' | 'quiet'
  label?: string
  disabled?: boolean
  onClick: () => unknown
}

export function Button (props: ButtonProps) {
  const { children, forbidden = null, kind = 'plain', label, disabled = false, onClick } = props
  const [press, isBusy] = useOnce(() => forbidden === null ? onClick() : notify(forbidden, true))
  return (
    <button
      type='button' class={kind} aria-label={label} title={forbidden ?? undefined}
      aria-disabled={forbidden !== null ? 'true' : undefined}
      aria-busy={isBusy ? 'true' : undefined} disabled={disabled} onClick={press}
    >
      {children}
    </button>
  )
}

interface ToggleProps { children: ComponentChildren, isOn: boolean, onClick: () => void }

/** One of several buttons of which one is on. */
export function Toggle ({ children, isOn, onClick }: ToggleProps) {
  return (
    <button type='button' class='quiet' aria-pressed={isOn ? 'true' : 'false'} onClick={onClick}>
      {children}
    </button>
  )
}
