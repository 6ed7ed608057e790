/** What every answer carries, whoever gives it: nothing on the way stores it. */
export const always = { 'cache-control': 'no-store' } as const

/**
 * And every answer with a body: no browser takes it for something else than it says it is (Fetch standard, "nosniff"), and none loads it
 * into a page of another site as an image or a script ("Cross-Origin-Resource-Policy"). Without one there is nothing to take or load, and two
 * headers cost a twentieth of a push.
 */
export const withBody = { ...always, 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' } as const

/** The same as lines of HTTP, for answers that go out by hand. */
export const bodyLines = Object.entries(withBody).map(([name, value]) => `${name}: ${value}\r\n`).join('')

/** And every page: none may show it in a frame, and where it leads learns nothing of it. */
export const onPages = { 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' } as const

/** Of a file whose name tells what is in it. Every other answer is stored nowhere. */
export const immutable = 'public, max-age=31536000, immutable'
