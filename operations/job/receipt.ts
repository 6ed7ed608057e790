import { randomFillSync } from 'node:crypto'

const form = /^(\d+-[0-9a-f]{16})-([0-9a-z]{1,10})$/

/**
 * A receipt as the client gets it: the proof that Redis checks, and the time of the delivery, which
 * Redis does not store. The time is no part of the proof: to change it falsifies metrics alone.
 */
export function makeReceipt (proof: string): string {
  return `${proof}-${Date.now().toString(36)}`
}

/** The proof in a receipt. */
export function proofOf (receipt: string): string {
  return form.exec(receipt)?.[1] ?? receipt
}

/** When the delivery was, in ms; [] if the receipt does not tell. */
export function deliveredAt (receipt: string): number[] {
  const time = form.exec(receipt)?.[2]
  return time === undefined ? [] : [parseInt(time, 36)]
}

// Bytes for 256 generations at once: a call for 16 bytes costs more than the rest of a small push.
const pool = Buffer.alloc(16 * 256)
let used = pool.length

/**
 * 16 random bytes, as text so short that a proof is one block of SHA-1. A queue keeps them until it
 * is purged. Its receipts are made from them, and no receipt betrays them.
 */
export function newGeneration (): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += 16
  return pool.toString('base64url', used - 16, used)
}
