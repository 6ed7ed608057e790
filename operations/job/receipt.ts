// Receipts: lua/parts/delivery/make_receipt.lua makes them, verify_receipt.lua checks them. The
// proof is the part that Redis knows.

const form = /^(\d+-[0-9a-f]{16})-([0-9a-z]{1,10})$/

/**
 * A receipt as the client gets it: the proof that Redis checks, and the time of the delivery, which
 * Redis does not store. The time is no part of the proof: to change it falsifies metrics alone.
 */
export function withTime (proof: string): string {
  return `${proof}-${Date.now().toString(36)}`
}

/** The proof in a receipt. */
export function proofOf (receipt: string): string {
  return form.exec(receipt)?.[1] ?? receipt
}

/** When the delivery began, in ms, as the scripts take it: '' if the receipt does not tell. */
export function beganAt (receipt: string): string {
  return String(deliveredAt(receipt)[0] ?? '')
}

/** When the delivery was, in ms; [] if the receipt does not tell. */
export function deliveredAt (receipt: string): number[] {
  const time = form.exec(receipt)?.[2]
  return time === undefined ? [] : [parseInt(time, 36)]
}
