/** The header of every answer: no proxy or browser stores it. */
export const always = { 'cache-control': 'no-store' } as const

/**
 * The headers of every answer with a body: no browser guesses another type than the answer says
 * (Fetch standard, "nosniff"), and none loads it into a page of another site as an image or a
 * script ("Cross-Origin-Resource-Policy"). Without a body there is nothing to load, and two headers
 * cost a twentieth of a push.
 */
export const withBody = {
  ...always,
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin'
} as const

/** The same as lines of HTTP, for answers that Fastify does not write. */
export const bodyLines = Object.entries(withBody)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('')

/** The headers of every page: no other page may frame it, and its links tell no referrer. */
export const onPages = { 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' } as const

/** For a file whose name is a hash of its content. No other answer is stored. */
export const immutable = 'public, max-age=31536000, immutable'
