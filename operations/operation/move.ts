import { errors } from '../errors.ts'
import { commonKey } from '../redis/keys.ts'
import { replicated } from '../redis/replication.ts'
import { script } from '../redis/script.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'
import { QueueLimit } from '../queue/queue-limit.ts'
import { randomLetters } from '../seed.ts'
import { milliseconds } from '../time.ts'

const scripts = {
  receive: script<string>('receive_jobs'),
  settle: script<number>('settle_move')
}

/** Jobs that are on their way to another queue; `fields`: see lua/parts/operation/moving_batch. */
export interface Batch { number: number, to: string, fields: string[] }

interface Now { now?: number | undefined }

/**
 * Pushes a batch of jobs into the other queue, and ends their way. It may be done twice, on any
 * server.
 */
export async function moveBatch (
  redis: RedisClient, queue: string, id: string, batch: Batch, { now }: Now = {}
): Promise<void> {
  const outcomes = await receive(redis, id, batch, now)
  // Nothing: another server has settled this batch, and sent the next one.
  if (outcomes === '') return
  await scripts.settle(redis, queue, {
    now: milliseconds(now), id, batch: batch.number, outcomes
  })
}

async function receive (
  redis: RedisClient, id: string, { number, to, fields }: Batch, now: number | undefined
): Promise<string> {
  const args = {
    now: milliseconds(now), operation: id, batch: number, fresh_seed: randomLetters(), fields
  }
  const store = storeOf(redis)
  try {
    await store.part(QueueLimit).admit(to)
    const push = async (client: RedisClient) => await scripts.receive(client, to, args)
    const outcomes = await replicated(redis, to, push)
    store.meter?.pushed(to, outcomes.split(' ').filter(word => word === 'new').length)
    // A purge may have deleted the name just now.
    await redis.sadd(commonKey('queues'), to)
    return outcomes
  } catch (error) {
    const isFull = error instanceof errors.REDIS_FULL || error instanceof errors.QUEUES_FULL
    if (!isFull) throw error
    return Array(fields.length / 3).fill('full').join(' ')
  }
}
