/** What `find` finds, the same for all who ask within `ms` of it. A failure is for those alone who wait for it. */
export function lately<Found> (ms: number, find: () => Promise<Found>): () => Promise<Found> {
  let found: Promise<Found> | undefined
  let at = -Infinity
  return async () => {
    if (found === undefined || performance.now() - at > ms) {
      const looking = find()
      found = looking
      at = performance.now()
      looking.catch(() => { if (found === looking) found = undefined })
    }
    return await found
  }
}
