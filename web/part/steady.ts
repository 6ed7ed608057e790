import { useEffect, useState } from 'preact/hooks'

export interface SteadyRow<Item> {
  /** As it is now, or as it was last. */
  item: Item
  /** It was there when the order was taken, and is no longer. */
  isGone: boolean
}

export interface Steady<Item> {
  rows: Array<SteadyRow<Item>>
  /** How many have come since the order was taken. */
  news: number
  /** Whether the first row is no longer the first. */
  isMoved: boolean
  /** Takes the order of now. */
  accept: () => void
}

interface SteadyOptions<Item> {
  keyOf: (item: Item) => string
  /** Whether there are no items but these; else those behind the last one are not known. */
  isWhole: boolean
  /** A change of it takes the order anew. */
  of: string
}

/**
 * Keeps rows where they are while a person looks at them: new ones are counted, and those that are
 * gone stay until the person asks for the order of now.
 */
export function useSteady<Item> (items: Item[], options: SteadyOptions<Item>): Steady<Item> {
  const { keyOf, of } = options
  const [taken, take] = useState({ of, items })
  const current = new Map(items.map(item => [keyOf(item), item]))
  // Where nothing of it is left, nothing can move.
  const isLeft = taken.of === of && taken.items.some(item => current.has(keyOf(item)))
  useEffect(() => {
    if (!isLeft && (items.length > 0 || taken.of !== of)) take({ of, items })
  })
  const order = isLeft ? taken.items : items
  const known = new Set(order.map(keyOf))
  const first = items[0] === undefined ? '' : keyOf(items[0])
  return {
    rows: rowsOf(order, current, options),
    news: items.filter(item => !known.has(keyOf(item))).length,
    isMoved: known.has(first) && first !== keyOf(order[0]!),
    accept: () => take({ of, items })
  }
}

// A row before one that is still there is gone if it is missing. One behind all of them may stand
// on the next page by now.
function rowsOf<Item> (
  order: Item[], current: Map<string, Item>, { keyOf, isWhole }: SteadyOptions<Item>
): Array<SteadyRow<Item>> {
  const lastLeft = order.findLastIndex(item => current.has(keyOf(item)))
  return order.map((item, i) => {
    const now = current.get(keyOf(item))
    return { item: now ?? item, isGone: now === undefined && (isWhole || i < lastLeft) }
  })
}
