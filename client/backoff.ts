/** How long to hold off before the next try: doubles from 100 ms to 5 s, less up to half of it, so that many clients do not come back at once. */
export function backoff (attempt: number): number {
  return Math.min(5000, 100 * 2 ** attempt) * (1 - Math.random() / 2)
}

/** Resolves after so many ms. Rejects with the signal's reason as soon as it aborts. */
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
