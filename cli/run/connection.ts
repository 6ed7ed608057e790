import { errorOf } from '../../client/error.ts'
import type { Log } from './log.ts'

interface Options {
  url: string
  log: Log
  /** An answer says that this worker is to take no more jobs. */
  onQuiet: () => void
}

/** A `fetch` that logs when presque is away for several requests, and when it answers again. */
export function loggedFetch ({ url, log, onQuiet }: Options): typeof fetch {
  let failures = 0
  // One broken connection is no outage: it may have been idle for too long.
  const onFailure = (why: string) => {
    if (++failures === 2) log.warn(`presque at ${url} is away (${why}): trying again`)
  }
  const onAnswer = () => {
    if (failures >= 2) log.warn('presque answers again')
    failures = 0
  }
  return async (input, init) => {
    try {
      const answer = await fetch(input, init)
      if (answer.headers.get('x-presque-quiet') === '1') onQuiet()
      if (answer.status !== 503) onAnswer()
      else onFailure(errorOf(503, await answer.clone().text()).message)
      return answer
    } catch (error) {
      if (!isGivenUp(init?.signal)) onFailure(whyOf(error as Error))
      throw error
    }
  }
}

// A request that took too long is a failure; one that is not wanted any more says nothing.
function isGivenUp (signal: AbortSignal | null | undefined): boolean {
  return signal?.aborted === true && signal.reason?.code !== 'ETIMEDOUT'
}

function whyOf ({ message, cause }: Error): string {
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? message
}
