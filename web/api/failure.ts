/** What a job failed with, as far as it says so: a worker may send anything. */
export interface Failure { type: string, message: string, backtrace: string }

export function failureIn (text: string): Failure {
  if (text === '') return { type: '', message: '', backtrace: '' }
  const error = parsed(text)
  const facts = typeof error === 'object' && error !== null ? error as Record<string, unknown> : { message: error }
  return { type: said(facts['type']), message: said(facts['message']), backtrace: lines(facts['backtrace']) }
}

function parsed (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function said (value: unknown): string {
  return value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
}

function lines (value: unknown): string {
  return Array.isArray(value) ? value.map(said).join('\n') : said(value)
}

/** What is alike about failures: the type, and the message without its numbers. */
export function fingerprint ({ type, message }: Failure): string {
  const words = message.replace(/0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d+/gi, '#')
  return [type, words].filter(Boolean).join(': ').slice(0, 300) || 'no error was given'
}
