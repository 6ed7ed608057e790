import { useLayoutEffect, useState } from 'preact/hooks'

/** A value that several parts of the page look at. */
export class Box<Value> {
  readonly #watchers = new Set<() => void>()
  #value: Value

  constructor (value: Value) {
    this.#value = value
  }

  get value (): Value {
    return this.#value
  }

  set value (value: Value) {
    this.#value = value
    for (const watcher of [...this.#watchers]) watcher()
  }

  watch (watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }
}

/** The value of a box; whoever uses it is drawn again when that changes. */
export function useBox<Value> (box: Box<Value>): Value {
  const [, draw] = useState(0)
  const { value } = box
  useLayoutEffect(() => {
    const again = () => draw(count => count + 1)
    // It may have changed since this was drawn.
    if (box.value !== value) again()
    return box.watch(again)
  }, [box])
  return value
}
