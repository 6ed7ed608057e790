import type { LightMyRequestResponse as Answer } from 'fastify'
import { queueKey, scheduleKey } from '../../../operations/redis/keys.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'

type Ask = (line: string, body?: unknown) => Promise<Answer>

const slowly = {
  queue: 'mail',
  where: { state: 'failed' },
  do: 'retry',
  rate: 1,
  canary: { jobs: 20, within: 600, stop_at: 0.05 }
}

/**
 * The steps that lead to the examples of operations, of whose jobs none goes within a second.
 * `failed`: makes failed jobs.
 */
export function ofOperations (
  failed: (ask: Ask, count: number) => Promise<void>
): Record<string, (ask: Ask) => Promise<Answer[]>> {
  const begin = async (ask: Ask, wanted: object = slowly) => {
    await failed(ask, 3)
    return await ask('POST /operations', wanted)
  }
  const path = (begun: Answer): string => `/operations/${begun.json().id}`
  const changed = (method: string, verb = '') => async (ask: Ask) =>
    [await ask(`${method} ${path(await begin(ask))}${verb}`)]
  return {
    'POST /operations 200': async ask => {
      await failed(ask, 3)
      return [await ask('POST /operations?dry=1', slowly)]
    },
    'POST /operations 201': async ask => [await begin(ask)],
    'GET /operations': async ask => [await begin(ask), await ask('GET /operations')].slice(1),
    'GET /operations/{operation}': changed('GET'),
    'POST /operations/{operation}/pause': changed('POST', '/pause'),
    'POST /operations/{operation}/resume': changed('POST', '/resume'),
    'POST /operations/{operation}/undo': async ask => {
      const begun = await begin(ask, { ...slowly, do: 'delete', canary: undefined })
      await ask(`DELETE ${path(begun)}`)
      return [await ask(`POST ${path(begun)}/undo`)]
    },
    'DELETE /operations/{operation}': changed('DELETE')
  }
}

/** Writes an operation with the id 1, of the queue mail, that can do nothing more. */
export async function storeUndone (redis: RedisClient): Promise<void> {
  const names = ['matched', 'done', 'completed', 'failed', 'gone', 'duplicates', 'restored']
  const counts = Object.fromEntries(names.map(name => [name, 0]))
  const is = { id: '1', do: 'delete', state: 'undone', created_at: 1e12, changed_at: 1e12 }
  const text = JSON.stringify({ ...slowly, canary: undefined, ...is, counts })
  await redis.zadd(scheduleKey('known_operations'), '1', '1 mail')
  await redis.hset(queueKey('mail', 'operations'), '1', text)
}

/** As many operations as may be under way. */
export async function fillOperations (redis: RedisClient): Promise<void> {
  const key = scheduleKey('operations_due')
  for (let n = 2; n <= 101; n++) await redis.zadd(key, 9e15, `${n} mail`)
}
