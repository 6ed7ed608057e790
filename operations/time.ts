/** Seconds as presque speaks them, in the whole milliseconds that Redis keeps; rounded up, for a job is never early. */
export function milliseconds (seconds: number | undefined): number | undefined {
  // toFixed() first: 1273923534.123 * 1000 is a hair more than it should be.
  return seconds === undefined ? undefined : Math.ceil(Number((seconds * 1000).toFixed(3)))
}
