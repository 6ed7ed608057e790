/**
 * Where the paths of the server begin, by the address of this page: '' at the root of its host,
 * '/ops' where a proxy serves it below /ops/.
 */
export const root = location.pathname.replace(/\/[^/]*$/, '')
