import { useState } from 'preact/hooks'
import { Dialog } from './dialog.tsx'
import { Form } from './form.tsx'
import { Text } from './text.tsx'

interface ConfirmProps {
  title: string
  question: string
  /** A word that must be typed first. */
  word?: string
  verb: string
  kind?: 'danger' | 'main'
  onConfirm: () => Promise<unknown>
  onClose: () => void
}

/** Asks before an action on many jobs, or one that cannot be undone. */
export function Confirm (props: ConfirmProps) {
  const { title, question, word = '', verb, kind = 'danger', onConfirm, onClose } = props
  const [typed, setTyped] = useState('')
  const isReady = typed === word
  async function confirm (): Promise<void> {
    if (!isReady) return
    await onConfirm()
    onClose()
  }
  return (
    <Dialog title={title} keepsTyped={false} onClose={onClose}>
      <Form onSubmit={confirm}>
        <p><Text text={question} /></p>
        {word !== '' && <Word word={word} typed={typed} onInput={setTyped} />}
        <footer>
          <button type='button' class='plain' onClick={onClose}>Keep</button>
          <button type='submit' class={kind} disabled={!isReady}>{verb}</button>
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
