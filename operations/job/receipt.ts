import { randomFillSync } from 'node:crypto'

const form = /^(\d+-[0-9a-f]{16})-([0-9a-z]{1,10})$/

/**
 * A receipt as a client gets it: what Redis knows the delivery by, and when it was, for nobody keeps that. The time is no
 * part of the proof: whoever changes it deceives the metrics and nothing else.
 */
export function makeReceipt (proof: string): string {
  return `${proof}-${Date.now().toString(36)}`
}

/** What Redis knows the delivery by. */
export function proofOf (receipt: string): string {
  return form.exec(receipt)?.[1] ?? receipt
}

/** In ms; nothing if the receipt does not say it. */
export function deliveredAt (receipt: string): number[] {
  const time = form.exec(receipt)?.[2]
  return time === undefined ? [] : [parseInt(time, 36)]
}

// So many seeds at a time: a call for 16 bytes costs more than all else that presque does about a small push.
const pool = Buffer.alloc(16 * 256)
let used = pool.length

/** 16 random bytes for a queue that is born, as text so short that a proof is one block of SHA-1. From them its receipts are made, and from no receipt can they be told. */
export function newGeneration (): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += 16
  return pool.toString('base64url', used - 16, used)
}
