import { storeOf, type Finish, type RedisClient } from '../redis/store.ts'
import { traceMembers, type Trace } from '../trace.ts'
import { deliveredAt } from './receipt.ts'

/** The proof of a delivery on lease, as the client sends it back. */
export interface Receipt { id: string, receipt: string }

/**
 * A delivery on lease.
 * - `attempt`: 1 for the first delivery of the job
 * - `since`, `expires`: epoch seconds, by the clock of Redis
 */
export interface Lease { attempt: number, receipt: string, since: number, expires: number }

/** One hand-out of a job: for good, or on lease. */
export interface Delivery {
  queue: string
  id: string
  /** JSON text, byte for byte as it was pushed. */
  payload: string
  /** null for a job that was taken for good. */
  lease: Lease | null
  /** The fields by which lua/job/restore.lua puts back a job that was taken for good. */
  restorable: string[]
  /** The generation of the queue from which the job was taken. */
  generation: string
  /** The trace of the push, if it had one. */
  trace: Trace | undefined
}

/** About how many bytes a delivery keeps in memory until its client has it. */
export function sizeOf ({ payload, restorable: [,,, details = ''] }: Delivery): number {
  return payload.length + details.length
}

/** The JSON text of deliveries on lease, as a batch answers them. */
export function leasedText (jobs: Delivery[]): string {
  const texts = jobs.map(({ id, lease, payload, trace }) => {
    const { receipt, attempt, expires } = lease!
    const proof = `"receipt":"${receipt}","attempt":${attempt},"expires":${expires}`
    return `{"id":"${id}",${proof}${traceMembers(trace)},"payload":${payload}}`
  })
  return `[${texts.join(',')}]`
}

/** Counts deliveries on lease that have ended, and how long they took. */
export function countEnded (
  redis: RedisClient, queue: string, how: Finish, ended: Receipt[]
): void {
  const { meter } = storeOf(redis)
  if (meter === undefined) return
  meter.finished(queue, how, ended.length, ended.flatMap(({ receipt }) => deliveredAt(receipt)))
}
