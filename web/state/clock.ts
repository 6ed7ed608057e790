// In ms. A summary that is this much older than those before tells of a clock that was set back.
const setBack = 30_000

let offset: number | undefined

/**
 * Learns the time from an answer of the server (epoch seconds). An answer is late by the way it
 * took, so that the largest difference to this page's own running clock is the truest.
 */
export function learnTime (seconds: number): void {
  const difference = seconds * 1000 - performance.now()
  if (offset === undefined || difference > offset || difference < offset - setBack) {
    offset = difference
  }
}

/** The time in epoch ms by the server's clock: that of this machine may be wrong. */
export function serverNow (): number {
  return offset === undefined ? Date.now() : performance.now() + offset
}
