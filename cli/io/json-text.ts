/** The same JSON on one line: in JSON, a line break can only stand between tokens. */
export function oneLine (text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').trim()
}

/** Why a text is no payload of a job; undefined if it is one. */
export function payloadError (text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? undefined : 'a job must be a JSON object'
  } catch (error) {
    return `this is not valid JSON: ${(error as Error).message}`
  }
}
