import { test } from 'tap'
import { commonKey, queueKey } from '../../../operations/redis/keys.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import { worker, workers } from '../../../operations/worker/worker.ts'
import { simulateFleet, type Pod } from '../../support/simulated-fleet.ts'
import { build } from '../../support/server/app.ts'

const queues = 10

/** The ids of workers in each key that knows some. */
async function known (redis: RedisClient): Promise<Record<string, Set<string>>> {
  const found: Record<string, Set<string>> = {}
  const add = (name: string, ids: string[]): void => {
    found[name] ??= new Set()
    for (const id of ids) found[name].add(id)
  }
  const idIn = (member: string) => member.split(' ')[0]!
  add('noted', (await redis.zrange(commonKey('noted'), 0, '-1')).map(idIn))
  add('roster', (await redis.zrange(commonKey('roster'), 0, '-1')).map(idIn))
  add('started', (await redis.hkeys(commonKey('workers'))).map(field => field.split('/')[1]!))
  for (let n = 0; n < queues; n++) {
    const queue = `queue-${n}`
    add('registered', await redis.zrange(queueKey(queue, 'registered'), 0, '-1'))
    add('heard', await redis.zrange(queueKey(queue, 'heard'), 0, '-1'))
    add('latest', await redis.hkeys(queueKey(queue, 'latest')))
    const fields = await redis.hkeys(queueKey(queue, 'workers'))
    add('counted', fields.map(field => field.split(':')[1]!))
  }
  return found
}

test('a week of pods that come under new names leaves those of the last day alone', async t => {
  const app = await build(t)
  const redis: RedisClient = app.redis
  const sizes: number[] = []
  const { alive, dead } = await simulateFleet(
    redis, { workers: 120, queues, hours: 168 }, async () => {
      sizes.push(await redis.zcard(commonKey('noted')))
    }
  )
  const day = Date.now() - 25 * 3_600_000
  const silent = dead.filter(({ diedAt }) => diedAt !== null && diedAt > day)
  t.ok(dead.length > 1000 && silent.length > 50, `${dead.length} have died`)
  t.ok(Math.max(...sizes) < 2 * 120 * 1.5, `known at the end of each day: ${sizes}`)
  const may = new Set([...alive, ...silent].map(({ id }) => id))
  for (const [name, ids] of Object.entries(await known(redis))) {
    t.strictSame([...ids].filter(id => !may.has(id)), [], name)
    t.strictSame(alive.filter(({ id }) => !ids.has(id)), [], `${name} has all that work`)
  }
  await pagesAreRight(redis, alive, silent)

  async function pagesAreRight (redis: RedisClient, alive: Pod[], silent: Pod[]): Promise<void> {
    const found = new Map<string, boolean>()
    for (let after: string | undefined, more = true; more;) {
      const page = await workers(redis, { after, limit: 50 })
      for (const { worker_id: id, silent } of page.workers) {
        t.notOk(found.has(id), 'each comes once')
        found.set(id, silent)
      }
      after = page.workers.at(-1)!.worker_id
      more = page.more
    }
    t.ok(alive.every(({ id }) => found.get(id) === false), 'those that work are not silent')
    t.ok([...found].every(([id, isSilent]) => isSilent === !alive.some(pod => pod.id === id)))
    const last = silent.at(-1)!
    t.match(await worker(redis, last.id), { silent: true, queues: [last.queue], processed: 1 })
  }
})
