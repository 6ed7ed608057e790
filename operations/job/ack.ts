import type { ErrorCode } from '../errors.ts'
import { batchCalls } from '../redis/batcher.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'
import { countEnded, type Receipt } from './delivery.ts'
import { proofOf } from './receipt.ts'

/** The ack of a delivery; `result` is JSON text. */
export type Ack = Receipt & { result?: string | undefined }

/** null for a job that has completed, or the code of the error that its client gets. */
export type AckOutcome = ErrorCode | null

const acking = script<string>('ack')

/** An ack as the scripts take it: id, proof and result. */
export function ackFields ({ id, receipt, result = '' }: Ack): string[] {
  return [id, proofOf(receipt), result]
}

/** Completes one job, in a script call that it shares with the acks of the same turn. */
export const ackOne = batchCalls<Ack, AckOutcome>(
  async (redis, queue, jobs) => await ack(redis, queue, jobs),
  ({ result = '' }) => ({ jobs: 1, bytes: result.length })
)

/** Completes jobs. Returns an outcome for each, in their order. */
export async function ack (
  redis: RedisClient, queue: string, jobs: Ack[], { now }: { now?: number } = {}
): Promise<AckOutcome[]> {
  if (jobs.length === 0) return []
  const fields = jobs.flatMap(ackFields)
  const outcomes = (await acking(redis, queue, { fields, now: milliseconds(now) })).split(',')
  countEnded(redis, queue, 'acked', jobs.filter((_, i) => outcomes[i] === ''))
  return jobs.map((_, i) => outcomes[i] === '' ? null : outcomes[i] as ErrorCode)
}
