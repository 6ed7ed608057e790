// In ms. An answer that is older than those before it by more shows that the clock was set back.
const setBackMs = 30_000

let offsetMs: number | undefined

/**
 * Learns the time from an answer of the server (epoch seconds). The way of an answer makes it late,
 * so the largest difference to the monotonic clock of this page is the best estimate.
 */
export function learnTime (seconds: number): void {
  const difference = seconds * 1000 - performance.now()
  if (offsetMs === undefined || difference > offsetMs || difference < offsetMs - setBackMs) {
    offsetMs = difference
  }
}

/** The time by the server's clock, in epoch ms. The clock of the browser may be wrong. */
export function serverNow (): number {
  return offsetMs === undefined ? Date.now() : performance.now() + offsetMs
}
