/** The same JSON on one line: a line break can only stand between its tokens. */
export function oneLine (text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').trim()
}

/** Why this is no job, or undefined. */
export function flaw (text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'a job must be a JSON object'
  } catch (error) {
    return `this is not valid JSON: ${(error as Error).message}`
  }
}
