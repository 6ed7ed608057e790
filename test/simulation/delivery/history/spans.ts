import type { Change } from './events.ts'

// In ms: how far a client's clock may be from Redis's, where only the client's is known.
export const slack = 5

export type Span = [from: number, to: number]

/** When a queue certainly gave out nothing, by what its keeper did and heard. */
export function closed (changes: Change[]): Span[] {
  const turns = changes.filter(({ verb }) => verb !== 'purge')
  return turns.flatMap(({ verb, outcome, sent, answered, seconds = Infinity }, i): Span[] => {
    if (verb !== 'stop' || outcome !== 'done') return []
    const span: Span = [
      answered + slack,
      Math.min(turns[i + 1]?.sent ?? Infinity, sent + seconds * 1000) - slack
    ]
    return span[1] > span[0] ? [span] : []
  })
}

/**
 * When it perhaps gave out nothing. A stop holds until a start was answered, or until it ends by
 * itself.
 */
export function perhapsClosed (changes: Change[]): Span[] {
  const turns = changes.filter(({ verb }) => verb !== 'purge')
  return turns.flatMap(({ verb, sent, answered, seconds = Infinity }, i): Span[] => {
    if (verb !== 'stop') return []
    const started = turns
      .slice(i + 1)
      .find(({ verb, outcome }) => verb === 'start' && outcome === 'done')
    return [
      [sent - slack, Math.min(started?.answered ?? Infinity, answered + seconds * 1000) + slack]
    ]
  })
}

/** The rest of a span without the parts that others, in the order of time, cover. */
export function without ([from, to]: Span, others: Span[]): Span[] {
  const left: Span[] = []
  let at = from
  for (const [start, end] of others) {
    if (start > at) left.push([at, Math.min(start, to)])
    at = Math.max(at, end)
  }
  return [...left, [at, to] as Span].filter(([start, end]) => end > start)
}

export const overlap = (a: Span, b: Span): number => Math.min(a[1], b[1]) - Math.max(a[0], b[0])

export const within = (inner: Span, outer: Span): boolean =>
  inner[0] >= outer[0] && inner[1] <= outer[1]
