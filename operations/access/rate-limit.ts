import type { Token } from '../../schemas/access.ts'

/** How many requests each token may still make: a token bucket, counted in this process alone. */
export class RateLimits {
  readonly #buckets = new Map<string, { left: number, at: number }>()

  /** Takes one request. Returns 0, or the seconds until there is one again. `now` in ms. */
  take ({ name, rate }: Token, now = performance.now()): number {
    if (rate === undefined) return 0
    const perMs = rate.limit / rate.period / 1000
    const bucket = this.#buckets.get(name) ?? { left: rate.limit, at: now }
    bucket.left = Math.min(rate.limit, bucket.left + (now - bucket.at) * perMs)
    bucket.at = now
    this.#buckets.set(name, bucket)
    if (bucket.left < 1) return (1 - bucket.left) / perMs / 1000
    bucket.left--
    return 0
  }
}
