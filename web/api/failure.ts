/** The error that a job failed with. A worker may send any JSON: '' stands for a missing member. */
export interface Failure { type: string, message: string, backtrace: string }

/** Reads the `last_error` of a job, as JSON text. */
export function failureIn (text: string): Failure {
  if (text === '') return { type: '', message: '', backtrace: '' }
  const error = parse(text)
  const isObject = typeof error === 'object' && error !== null
  const members = isObject ? error as Record<string, unknown> : { message: error }
  return {
    type: asText(members['type']),
    message: asText(members['message']),
    backtrace: asLines(members['backtrace'])
  }
}

function parse (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function asText (value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function asLines (value: unknown): string {
  return Array.isArray(value) ? value.map(asText).join('\n') : asText(value)
}
