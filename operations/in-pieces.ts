import { setImmediate as turn } from 'node:timers/promises'

// How many elements one turn of the event loop works on: a millisecond or two.
const piece = 5000

/** The elements for which `keep` is true; others have their turn of the event loop in between. */
export async function filterInPieces<One> (all: One[], keep: (one: One) => boolean): Promise<One[]> {
  if (all.length <= piece) return all.filter(keep)
  const found: One[] = []
  for (let i = 0; i < all.length; i += piece) {
    for (const one of all.slice(i, i + piece)) if (keep(one)) found.push(one)
    await turn()
  }
  return found
}

/** The elements as a set; others have their turn of the event loop in between. */
export async function setInPieces<One> (all: One[]): Promise<Set<One>> {
  const found = new Set<One>()
  await filterInPieces(all, one => {
    found.add(one)
    return false
  })
  return found
}

/** All of several sorted lists in one; others have their turn of the event loop in between. */
export async function mergeInPieces (lists: string[][]): Promise<string[]> {
  let left = lists
  while (left.length > 1) {
    const longer: string[][] = []
    for (let i = 0; i < left.length; i += 2) {
      longer.push(left[i + 1] === undefined ? left[i]! : await mergedPair(left[i]!, left[i + 1]!))
    }
    left = longer
  }
  return left[0] ?? []
}

async function mergedPair (one: string[], other: string[]): Promise<string[]> {
  const all: string[] = []
  for (let i = 0, j = 0; i < one.length || j < other.length;) {
    const isFirst = j >= other.length || (i < one.length && one[i]! < other[j]!)
    all.push(isFirst ? one[i++]! : other[j++]!)
    if (all.length % piece === 0) await turn()
  }
  return all
}

/** Lets work on pieces take turns: one piece at a time, whoever asks, and each who asks again stands at the end. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  async take<Found> (work: () => Promise<Found>): Promise<Found> {
    const mine = this.#last.then(work)
    this.#last = mine.catch(() => {})
    return await mine
  }
}
