// JSON as text: what came in goes out as it came, for a number may be larger than JavaScript holds and a key stand twice.

const token = /"(?:[^"\\]|\\.)*"|[[\]{},]/gs

/** The elements of the array that is the last member of an object, such as {"size":2,"jobs":[{..},{..}]}. */
export function elements (text: string, member: string): string[] {
  const found: string[] = []
  const mark = `"${member}":[`
  let from = text.indexOf(mark) + mark.length
  token.lastIndex = from
  for (let depth = 0; ;) {
    const [what] = token.exec(text) ?? [']']
    if (depth === 0 && (what === ',' || what === ']')) {
      const element = text.slice(from, what === ',' || token.lastIndex > 0 ? token.lastIndex - 1 : undefined).trim()
      if (element !== '') found.push(element)
      if (what === ']') return found
      from = token.lastIndex
    }
    if (what === '{' || what === '[') depth++
    if (what === '}' || what === ']') depth--
  }
}

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
