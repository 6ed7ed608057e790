interface FieldProps {
  label: string
  value: string
  hint?: string
  required?: boolean
  onInput: (value: string) => void
}

export function Field ({ label, value, hint = '', required = false, onInput }: FieldProps) {
  return (
    <label>
      <span>{label}</span>
      <input
        value={value} placeholder={hint} required={required} autocomplete='off' spellcheck={false}
        onInput={event => onInput(event.currentTarget.value)}
      />
    </label>
  )
}

interface FieldsProps {
  fields: ReadonlyArray<{ name: string, label: string, hint: string }>
  typed: Record<string, string>
  onInput: (name: string, value: string) => void
}

/** Text fields; `typed` has the text of each by name. */
export function Fields ({ fields, typed, onInput }: FieldsProps) {
  return (
    <>
      {fields.map(({ name, label, hint }) => (
        <Field
          key={name} label={label} hint={hint} value={typed[name] ?? ''}
          onInput={value => onInput(name, value)}
        />
      ))}
    </>
  )
}

interface ChoiceProps<Key extends string> {
  label: string
  class?: string
  value: Key
  /** By the value of each, its words. */
  choices: Record<Key, string>
  onChange: (value: Key) => void
}

export function Choice<Key extends string> (props: ChoiceProps<Key>) {
  const { label, class: kind, value, choices, onChange } = props
  return (
    <label class={kind}>
      <span>{label}</span>
      <select value={value} onChange={event => onChange(event.currentTarget.value as Key)}>
        {Object.entries<string>(choices).map(([key, words]) => (
          <option key={key} value={key}>{words}</option>
        ))}
      </select>
    </label>
  )
}

interface PayloadFieldProps {
  class?: string
  rows: number
  value: string
  onInput: (value: string) => void
}

export function PayloadField ({ class: kind, rows, value, onInput }: PayloadFieldProps) {
  return (
    <label class={kind}>
      <span>Payload, one JSON object</span>
      <textarea
        class='code' rows={rows} spellcheck={false} value={value}
        onInput={event => onInput(event.currentTarget.value)}
      />
    </label>
  )
}

/** The options of a job that a push and a schedule share. */
export const jobFields = [
  { name: 'priority', label: 'Priority, 0 is soonest', hint: '5' },
  { name: 'tries', label: 'Tries', hint: 'as in the policy' },
  { name: 'max_lost', label: 'Lost leases in a row', hint: 'as in the policy; or null' },
  { name: 'ttl', label: 'Time to live, seconds', hint: 'none' },
  { name: 'keep', label: 'Keep completed, seconds', hint: 'as in the policy' }
] as const
