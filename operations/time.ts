/**
 * Seconds of the API in the whole milliseconds of Redis; rounded up, since a job is never early.
 */
export function milliseconds (seconds: number | undefined): number | undefined {
  if (seconds === undefined) return undefined
  // toFixed() first: 1273923534.123 * 1000 is a hair more than it should be.
  return Math.ceil(Number((seconds * 1000).toFixed(3)))
}
