// Buckets of times in ms. Up to 31 ms each value is its own; from there on each power of two has
// 16 of one width. So the middle of a bucket is within a 32nd of each of its values. The scripts
// know them as well: lua/parts/history/bucket_time.lua.

const longestMs = 2 ** 31 - 1

/** How many buckets there are. */
export const bucketCount = 448

/** The bucket of a time; times of more than 24 days are in the last one. */
export function bucketOf (ms: number): number {
  const value = Math.min(Math.max(0, Math.floor(ms)), longestMs)
  if (value < 32) return value
  const power = 31 - Math.clz32(value)
  return 16 * (power - 3) + ((value >> (power - 4)) & 15)
}
