import type { Redis } from 'ioredis'
import type { Test } from 'tap'
import { assemble } from '../../operations/redis/script.ts'
import { queueKey, scriptKey, type QueueKey } from '../../operations/redis/keys.ts'
import { build } from '../support/server/app.ts'

/** A queue on a Redis of the test's own, and parts of lua/ that work on it. */
export interface Bench {
  redis: Redis
  /** The name of one of its keys. */
  key: (name: QueueKey) => string
  /**
   * Runs lines of Lua that use parts, and resolves to what they return, by way of JSON. `now` is
   * 1000 unless given, `args` are the locals `a`, `b` and `c`, and `keys` those that the lines
   * themselves name.
   */
  call: (use: string, lua: string, options?: Options) => Promise<any>
}

export interface Options {
  now?: number
  args?: string[]
  keys?: string
}

export async function bench (t: Test): Promise<Bench> {
  const redis = (await build(t)).redis as Redis
  return {
    redis,
    key: name => queueKey('mail', name),
    async call (use, lua, { now = 1000, args = [], keys: own } = {}) {
      const header = `${own === undefined ? '' : `-- keys: ${own}\n`}-- args: now a b c\n` +
        `-- use: ${use}\n`
      const text =
        `${header}queue.now = tonumber(now)\n` +
        `local function body ()\n${lua}\nend\nreturn cjson.encode({ body() })\n`
      const { lua: script, keys } = assemble({ file: 'test', text })
      const names = keys.map(key => scriptKey('mail', key)!)
      const reply = (await redis.eval(script, names.length, ...names, now, ...args)) as string
      const values = JSON.parse(reply)
      return values.length === undefined ? undefined : values.length === 1 ? values[0] : values
    }
  }
}
