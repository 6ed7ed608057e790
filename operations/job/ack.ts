import type { ErrorCode } from '../errors.ts'
import { batchCalls } from '../redis/batcher.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'
import { countEnded, type Receipt } from './delivery.ts'
import { nackFields, nackOutcome, type Failure, type NackOutcome } from './nack.ts'
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

/** The end of a delivery: an ack, or with `failure` a nack. `result` is JSON text. */
export type Settlement = Receipt & { result?: string | undefined, failure?: Failure | undefined }

/** null for a job that has completed; else as a nack. */
export type SettledOutcome = null | NackOutcome | ErrorCode

/**
 * Acks jobs and nacks others, in one script call; the acks come first. Returns an outcome for each,
 * in their order.
 */
export async function settle (
  redis: RedisClient, queue: string, all: Settlement[]
): Promise<SettledOutcome[]> {
  const sorted = acksFirst(all)
  if (sorted === all) return await ack(redis, queue, all)
  const found = settledOutcomes(sorted, await acking(redis, queue, settleFields(sorted)))
  countSettled(redis, queue, found)
  return all.map(one => found.get(one)!)
}

/** The order in which the scripts take them; the list itself where there are no nacks. */
export function acksFirst (all: Settlement[]): Settlement[] {
  if (all.every(({ failure }) => failure === undefined)) return all
  return [...all.filter(one => !one.failure), ...all.filter(one => one.failure)]
}

/** Settlements as the scripts take them: those of acks, then those of nacks. */
export function settleFields (sorted: Settlement[]) {
  const fields = sorted.flatMap(({ failure, ...one }) => {
    return failure === undefined ? ackFields(one) : nackFields({ ...one, ...failure })
  })
  return { nacks: sorted.filter(({ failure }) => failure !== undefined).length, fields }
}

/** Reads what lua/parts/delivery/settle_jobs.lua returns. */
export function settledOutcomes (
  sorted: Settlement[], text: string
): Map<Settlement, SettledOutcome> {
  const words = text.split(',')
  return new Map(sorted.map((one, i) => {
    const word = words[i]!
    if (one.failure !== undefined) return [one, nackOutcome(word.split(' '))]
    return [one, word === '' ? null : word as ErrorCode]
  }))
}

/** Counts the settlements that were accepted. */
export function countSettled (
  redis: RedisClient, queue: string, found: Map<Settlement, SettledOutcome>
): void {
  const done = [...found].filter(([, outcome]) => typeof outcome !== 'string')
  const acked = done.filter(([{ failure }]) => failure === undefined).map(([one]) => one)
  if (acked.length > 0) countEnded(redis, queue, 'acked', acked)
  const nacked = done.filter(([{ failure }]) => failure !== undefined).map(([one]) => one)
  if (nacked.length > 0) countEnded(redis, queue, 'nacked', nacked)
}
