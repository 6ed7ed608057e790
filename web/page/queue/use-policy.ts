import { useEffect, useState } from 'preact/hooks'
import { getPolicy, type Policy } from '../../api/queue.ts'
import { hasStatus } from '../../api/server.ts'

interface Found { policy: Policy | null, forbidden: string, refresh: () => Promise<void> }

/** The policy of a queue, read again when the queue is stopped or started and on a reconnect. */
export function usePolicy (queue: string, isStopped: boolean | undefined, isLive: boolean): Found {
  const [policy, setPolicy] = useState<Policy | null>(null)
  const [forbidden, setForbidden] = useState('')
  async function refresh (): Promise<void> {
    try {
      setPolicy(await getPolicy(queue))
      setForbidden('')
    } catch (error) {
      if (!hasStatus(error, 403)) return
      const { message } = error as Error
      setForbidden(`The token of this page may not read ${queue}: ${message}.`)
    }
  }
  useEffect(() => {
    void refresh()
  }, [queue, isStopped, isLive])
  return { policy, forbidden, refresh }
}
