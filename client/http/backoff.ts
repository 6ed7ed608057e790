type Defer = (run: () => void) => unknown

const { setImmediate } = globalThis as { setImmediate?: Defer }

/** Runs a function after all that is to be done in this turn of the event loop. */
export const afterTurn: Defer = setImmediate ?? (run => setTimeout(run, 0))

/**
 * Milliseconds before the next try: they double from 100 to 5000, less up to half of them at
 * random, so that many clients do not come back at the same time.
 */
export function backoff (failures: number): number {
  return Math.min(5000, 100 * 2 ** failures) * (1 - Math.random() / 2)
}

/** Resolves after `ms`. Rejects with the reason of the signal as soon as it aborts. */
export async function pause (ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal!.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}

/**
 * Tries until `attempt` resolves, with growing pauses. `isRetried` tells whether an error is worth
 * another try, and may throw another error in its place. Both get the number of failures before.
 */
export async function retry<Result> (
  attempt: (failures: number) => Promise<Result>,
  isRetried: (error: unknown, failures: number) => boolean,
  signal?: AbortSignal
): Promise<Result> {
  for (let failures = 0; ; failures++) {
    try {
      return await attempt(failures)
    } catch (error) {
      if (!isRetried(error, failures)) throw error
    }
    await pause(backoff(failures), signal)
  }
}
