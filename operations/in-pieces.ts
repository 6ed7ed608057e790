import { setImmediate as turn } from 'node:timers/promises'

// The elements of one turn of the event loop: a millisecond or two.
const pieceSize = 5000

/** The elements for which `keep` is true; requests have their turn of the event loop between. */
export async function filterInPieces<One> (
  all: One[], keep: (one: One) => boolean
): Promise<One[]> {
  if (all.length <= pieceSize) return all.filter(keep)
  const found: One[] = []
  for (let i = 0; i < all.length; i += pieceSize) {
    for (const one of all.slice(i, i + pieceSize)) if (keep(one)) found.push(one)
    await turn()
  }
  return found
}

/** The elements as a set, likewise. */
export async function setInPieces<One> (all: One[]): Promise<Set<One>> {
  const found = new Set<One>()
  await filterInPieces(all, one => {
    found.add(one)
    return false
  })
  return found
}

/** Several sorted lists in one, likewise. */
export async function mergeInPieces (lists: string[][]): Promise<string[]> {
  let left = lists
  while (left.length > 1) {
    const longer: string[][] = []
    for (let i = 0; i < left.length; i += 2) {
      longer.push(left[i + 1] === undefined ? left[i]! : await mergePair(left[i]!, left[i + 1]!))
    }
    left = longer
  }
  return left[0] ?? []
}

async function mergePair (one: string[], other: string[]): Promise<string[]> {
  const all: string[] = []
  for (let i = 0, j = 0; i < one.length || j < other.length;) {
    const isFirst = j >= other.length || (i < one.length && one[i]! < other[j]!)
    all.push(isFirst ? one[i++]! : other[j++]!)
    if (all.length % pieceSize === 0) await turn()
  }
  return all
}

/** Runs one piece of work at a time, in the order of the calls. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  async take<Found> (work: () => Promise<Found>): Promise<Found> {
    const mine = this.#last.then(work)
    this.#last = mine.catch(() => {})
    return await mine
  }
}
