import { errors, type ErrorCode } from '../errors.ts'
import { batchCalls } from '../redis/batcher.ts'
import { withLateAnswer } from '../redis/late-answer.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import { noteWorker } from '../worker/worker.ts'
import {
  ackFields, acksFirst, countSettled, settledOutcomes, settleFields,
  type Ack, type SettledOutcome, type Settlement
} from './ack.ts'
import { countEnded } from './delivery.ts'
import {
  putBackLate, requestText, takeRequest, takeResults,
  type TakeOptions, type TakeReply, type TakeResult
} from './take.ts'

interface AckNext { ack: Ack, options: TakeOptions }

const ackingNext = script<[outcomes: string, ...taken: TakeReply]>('ack_next')

/**
 * Completes a job and takes the next of its queue, in one script call that it shares with others
 * of the same turn. Rejects with the code of an ack that is refused, and then takes nothing.
 */
export const ackAndTake = batchCalls<AckNext, TakeResult>(
  ackAndTakeAll,
  ({ ack: { result = '' } }) => ({ jobs: 1, bytes: result.length })
)

async function ackAndTakeAll (
  redis: RedisClient, queue: string, all: AckNext[]
): Promise<Array<TakeResult | Error>> {
  for (const { options } of all) noteWorker(redis, queue, options.worker)
  const takes = all.map(({ options }) => options)
  const requests = takes.map(takeRequest)
  const fields = [...requests.map(requestText), ...all.flatMap(({ ack }) => ackFields(ack))]
  const call = ackingNext(redis, queue, { count: requests.length, bound: 1, fields })
  const [outcomes, ...reply] = await withLateAnswer(call, ([, ...late]) => {
    putBackLate(redis, queue, takes, takeResults(redis, queue, requests, late))
  })
  const found = takeResults(redis, queue, requests, reply)
  const codes = outcomes.split(',')
  const acked = all.filter((_, i) => codes[i] === '').map(({ ack }) => ack)
  countEnded(redis, queue, 'acked', acked)
  return codes.map((code, i) => code === '' ? found[i]! : new errors[code as ErrorCode]())
}

interface SettleNext { all: Settlement[], options: TakeOptions }

/** The outcome of each job, in the order of the request; and the jobs that it took. */
interface SettledTake { outcomes: SettledOutcome[], taken: TakeResult }

/**
 * Acks jobs, nacks others and takes from their queue, in one script call that it shares with others
 * of the same turn. A refused one takes nothing away from the rest.
 */
export const settleAndTake = batchCalls<SettleNext, SettledTake>(settleAndTakeAll, weigh)

function weigh ({ all, options: { count = 1 } }: SettleNext) {
  const bytes = all.reduce((sum, { result = '', failure }) => {
    return sum + result.length + (failure?.error?.length ?? 0)
  }, 0)
  return { jobs: all.length + count, bytes }
}

async function settleAndTakeAll (
  redis: RedisClient, queue: string, asked: SettleNext[]
): Promise<SettledTake[]> {
  for (const { options } of asked) noteWorker(redis, queue, options.worker)
  const takes = asked.map(({ options }) => options)
  const requests = takes.map(takeRequest)
  const sorted = acksFirst(asked.flatMap(({ all }) => all))
  const { nacks, fields } = settleFields(sorted)
  const args = { count: requests.length, nacks, fields: [...requests.map(requestText), ...fields] }
  const [text, ...reply] = await withLateAnswer(ackingNext(redis, queue, args), ([, ...late]) => {
    putBackLate(redis, queue, takes, takeResults(redis, queue, requests, late))
  })
  const found = takeResults(redis, queue, requests, reply)
  const outcomes = settledOutcomes(sorted, text)
  countSettled(redis, queue, outcomes)
  return asked.map(({ all }, i) => {
    return { outcomes: all.map(one => outcomes.get(one)!), taken: found[i]! }
  })
}
