import { useState } from 'preact/hooks'
import { Help } from './help.tsx'
import { useKeyboard, type Opened } from './keyboard.ts'
import { Palette } from './palette.tsx'

/** The dialogs that a key opens on every page. */
export function KeyDialogs () {
  const [opened, open] = useState<Opened | null>(null)
  useKeyboard(open)
  const close = () => open(null)
  if (opened === 'palette') return <Palette onClose={close} />
  return opened === 'help' ? <Help onClose={close} /> : null
}
