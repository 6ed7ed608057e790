import type { NewOperation } from '../../schemas/new-operation.ts'
import type { Operation, OperationState } from '../../schemas/operation.ts'
import { errors } from '../errors.ts'
import { queueKey, scheduleKey } from '../redis/keys.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'
import { filterText } from '../job-filter.ts'
import { previewOf } from './preview.ts'
import { sentenceOf, type Progress } from './sentence.ts'

/** How many operations may be under way, in all queues. */
const mostUnderWay = 100

// Longer than a call to Redis takes: the operation is due at once after it.
const beginsMs = 10_000

const scripts = {
  add: script<string>('add_operation'),
  begin: script<number>('begin_operation'),
  set: script<[isDone: number, stored: string]>('set_operation'),
  wake: script<null>('wake_operation')
}

/** An operation in Redis; times in ms. lua/operation/begin_operation.lua makes it. */
interface Stored extends Omit<NewOperation, 'canary'>, Progress {
  id: string
  canary?: { jobs: number, within: number, stop_at: number }
  state: OperationState
  counts: Operation['counts']
  who?: string
  bin_until?: number
  created_at: number
  changed_at: number
}

/** An operation, and the jobs that it was about at first as a JSON array. */
export interface ShownOperation { operation: Operation, preview: string }

interface Now { now?: number }

/** Begins an operation. `who`: the name of the token. Rejects with OPERATIONS_FULL. */
export async function beginOperation (
  redis: RedisClient, { canary, ...wanted }: NewOperation, who: string | null, { now }: Now = {}
): Promise<ShownOperation> {
  const { queue, where } = wanted
  const preview = await previewOf(redis, queue, where, { now })
  const { state: _, ...filter } = where
  const settings = JSON.stringify({
    ...wanted,
    filter: filterText(filter),
    who: who ?? undefined,
    canary: canary && { ...canary, within: canary.within * 1000 }
  })
  const at = { now: milliseconds(now), most: mostUnderWay }
  for (;;) {
    const id = await scripts.add(redis, '', { ...at, queue_name: queue })
    const args = { now: at.now, id, settings, preview }
    const isNew = await scripts.begin(redis, queue, args) === 1
    await redis.zadd(scheduleKey('known_operations'), id, `${id} ${queue}`)
    await wake(redis, queue, id, 0, now)
    if (isNew) return (await readOperation(redis, queue, id))!
  }
}

async function wake (
  redis: RedisClient, queue: string, id: string, delay: number, now: number | undefined
): Promise<void> {
  const args = { now: milliseconds(now), member: `${id} ${queue}`, delay, most: mostUnderWay }
  await scripts.wake(redis, '', args)
}

/** The queue of an operation. Rejects with NO_SUCH_OPERATION. */
export async function queueOf (redis: RedisClient, id: string): Promise<string> {
  const [member] = await redis.zrange(scheduleKey('known_operations'), id, id, 'BYSCORE')
  if (member === undefined) throw new errors.NO_SUCH_OPERATION()
  return queueIn(member)
}

function queueIn (member: string): string {
  return member.slice(member.indexOf(' ') + 1)
}

/** How an operation stands; null if there is none. */
export async function readOperation (
  redis: RedisClient, queue: string, id: string
): Promise<ShownOperation | null> {
  const [text, preview] = await redis.hmget(queueKey(queue, 'operations'), id, `p${id}`)
  if (text == null) return null
  return { operation: shown(JSON.parse(text)), preview: preview ?? '[]' }
}

/** What a client may do with an operation. */
export type Verb = 'pause' | 'resume' | 'abort' | 'undo'

/** Changes the state of an operation. Rejects with NO_SUCH_OPERATION or OPERATION_STATE. */
export async function setOperation (
  redis: RedisClient, queue: string, id: string, verb: Verb, { now }: Now = {}
): Promise<ShownOperation> {
  // Before it goes on: if this server dies then, another one looks.
  const goesOn = verb === 'resume' || verb === 'undo'
  if (goesOn) await wake(redis, queue, id, beginsMs, now)
  const [isDone, stored] = await scripts.set(redis, queue, { now: milliseconds(now), id, verb })
  if (isDone === 0) throw new errors.OPERATION_STATE((JSON.parse(stored) as Stored).state)
  if (goesOn) await wake(redis, queue, id, 0, now)
  return (await readOperation(redis, queue, id))!
}

interface Page {
  queue?: string | undefined
  after?: string | undefined
  limit: number
  sees: (queue: string) => boolean
}

const idsPerCall = 200

/** A page of operations, the newest first; `next`: the `after` of the next one, or null. */
export async function listOperations (
  redis: RedisClient, { queue, after, limit, sees }: Page
): Promise<{ operations: Operation[], next: string | null }> {
  const found: Operation[] = []
  for (let last = after; ;) {
    const from = last === undefined ? '+inf' : `(${last}`
    const range = [from, '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, idsPerCall] as const
    const members = await redis.zrange(scheduleKey('known_operations'), ...range)
    const wanted = members.filter(member => {
      const own = queueIn(member)
      return sees(own) && (queue === undefined || own === queue)
    })
    for (const operation of await readMembers(redis, wanted)) {
      if (found.length === limit) return { operations: found, next: found.at(-1)!.id }
      found.push(operation)
    }
    if (members.length < idsPerCall) return { operations: found, next: null }
    last = Number.parseInt(members.at(-1)!).toString()
  }
}

// One command for each queue.
async function readMembers (redis: RedisClient, members: string[]): Promise<Operation[]> {
  const byQueue = new Map<string, string[]>()
  for (const member of members) {
    const [id, queue] = member.split(' ') as [string, string]
    byQueue.set(queue, [...byQueue.get(queue) ?? [], id])
  }
  const lists = await Promise.all([...byQueue].map(async ([queue, ids]) => {
    const texts = await redis.hmget(queueKey(queue, 'operations'), ...ids)
    return texts.flatMap(text => (text === null ? [] : [shown(JSON.parse(text) as Stored)]))
  }))
  return lists.flat().sort((one, other) => Number(other.id) - Number(one.id))
}

function shown (stored: Stored): Operation {
  const { id, queue, where, to, rate, state, who = null, canary } = stored
  const operation = {
    id,
    queue,
    where,
    do: stored.do,
    ...(to !== undefined && { to }),
    rate,
    canary: canary === undefined ? null : { ...canary, within: canary.within / 1000 },
    state,
    counts: { ...stored.counts, matched: stored.counts.matched ?? null },
    who,
    undo_until: stored.bin_until === undefined ? null : stored.bin_until / 1000,
    created_at: stored.created_at / 1000,
    changed_at: stored.changed_at / 1000
  }
  return { ...operation, sentence: sentenceOf(operation, stored) }
}
