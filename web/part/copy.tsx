import { Button } from './button.tsx'
import { notify } from './notice.tsx'

interface CopyProps { text: string, label: string, children: string }

/** Copies a text, byte for byte. */
export function Copy ({ text, label, children }: CopyProps) {
  return <Button kind='quiet' label={label} onClick={() => copy(text)}>{children}</Button>
}

async function copy (text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    notify('Copied')
  } catch {
    // A page that came by plain HTTP has no clipboard, but for one of this machine.
    notify('This browser does not let the page copy: select the text instead', true)
  }
}
