import { randomFillSync } from 'node:crypto'

// Bytes for 256 texts at once: a call for 16 bytes costs more than the rest of a small push.
const pool = Buffer.alloc(16 * 256)
let used = pool.length

/**
 * 16 random bytes as text, for the seed of a queue and for the mark of a push that is waited for.
 * The text is so short that a proof is one block of SHA-1. A queue keeps its seed until it is
 * purged. Its receipts are made from the seed, and no receipt betrays it.
 */
export function randomLetters (): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += 16
  return pool.toString('base64url', used - 16, used)
}
