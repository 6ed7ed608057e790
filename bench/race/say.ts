/** A line on how it goes. The tables alone go to stdout. */
export function say (what: string): void {
  process.stderr.write(`${what}\n`)
}
